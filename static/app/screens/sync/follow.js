// A job as it now is: read once, then followed by its events until it ends.

import { useEffect, useState } from "../../html.js";
import { call } from "../../api.js";
import { events } from "../../streams.js";
import { path, scope } from "../../workspace.js";

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
    follow(id, aborter.signal, change).catch((error) => change({ error, broken: false }));
    return () => aborter.abort();
  }, [id, round]);
  return { ...state, set: (job) => setState((before) => ({ ...before, job })), reload: () => setRound((before) => before + 1) };
}

async function follow(id, signal, change) {
  const at = `data/jobs/${encodeURIComponent(id)}`;
  const query = { scope: scope.value };
  change({ error: null });
  const job = await call("GET", path(at), { query, signal });
  change({ job });
  if (job.state !== "running") return;
  await events(path(`${at}/events`), (event) => change({ job: event.data, broken: false }), { query, signal, onBreak: (error) => change({ broken: Boolean(error) }) });
}
