// A job as it now is: read once, then followed by its events until it ends.

import { useEffect, useState } from "./html.js";
import { events } from "./streams.js";
import { here, path, scope } from "./workspace.js";

/**
 * @param {string} id
 * @returns {{job: object | null, error: Error | null, broken: boolean, set: (job: object) => void}} `broken` while the connection
 *   is being made again
 */
export function useJob(id) {
  const [state, setState] = useState({ job: null, error: null, broken: false });
  const [round, setRound] = useState(0);
  useEffect(() => {
    const aborter = new AbortController();
    const change = (next) => aborter.signal.aborted || setState((before) => ({ ...before, ...next }));
    change({ error: null });
    follow(id, { signal: aborter.signal }, change).catch((error) => change({ error, broken: false }));
    return () => aborter.abort();
  }, [id, round]);
  return { ...state, set: (job) => setState((before) => ({ ...before, job })), reload: () => setRound((before) => before + 1) };
}

/**
 * Follows a job until it ends, and answers how it ended.
 * @param {string} id
 * @param {{signal: AbortSignal, quiet?: boolean}} options as of a call
 * @param {(change: {job?: object, broken?: boolean}) => void} change
 */
export async function follow(id, options, change) {
  const at = `data/jobs/${encodeURIComponent(id)}`;
  let job = await here.get(at, {}, options);
  change({ job });
  if (job.state !== "running") return job;
  const take = (event) => {
    job = event.data;
    change({ job, broken: false });
  };
  await events(path(`${at}/events`), take, { ...options, query: { scope: scope.value }, onBreak: (error) => change({ broken: Boolean(error) }) });
  return job;
}
