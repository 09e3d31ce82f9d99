// A source and its schema: read once as a whole, kept while the page lives, read again on wish. The whole
// document is less work for both sides than many parts of it: 5,000 tables are 0.3 MB on their way here.
// The server reads the source by a job, which is only looked at from here: it goes on when one leaves.

import { useEffect, useRef, useState } from "../../html.js";
import { ApiError } from "../../api.js";
import { follow } from "../../jobs.js";
import { here, scope, workspaceId } from "../../workspace.js";

/** So many documents are kept; a large one takes some 50 MB. */
const KEPT = 3;
const kept = new Map();
const NOTHING = { names: null, error: null, refreshError: null, news: null, reading: null, stopped: false };

/**
 * @param {string} id of the source
 * @returns {{source?: object, schema?: object, names: string[] | null, error: Error | null, reload: () => void, reading: {job?: object, broken?: boolean} | null,
 *   stopped: boolean, refresh: () => void, refreshError: Error | null, news: {from: number, to: number} | null}}
 *   `names` are those of the tables that connecting told of, before the first reading is over;
 *   `reading` while the source is being read (again), `news` are the versions before and after that
 */
export function useSource(id) {
  const key = `${scope.value}|${workspaceId.value}|${id}`;
  const [state, setState] = useState({ key, ...kept.get(key) });
  const [round, setRound] = useState(0);
  const watching = useRef(null);
  useEffect(() => {
    const now = watch(id, key, setState);
    watching.current = now;
    now.open();
    return now.leave;
  }, [key, round]);
  // What is known of another source stands in no frame of this one.
  const shown = state.key === key ? state : {};
  return { ...NOTHING, ...shown, refresh: () => watching.current.refresh(), reload: () => setRound(round + 1) };
}

/** One look at a source, until one leaves it. */
function watch(id, key, setState) {
  const aborter = new AbortController();
  const { signal } = aborter;
  let state = { key, ...kept.get(key) };
  const take = (next) => {
    if (signal.aborted) return;
    state = { ...state, ...next };
    const { source, schema } = state;
    if (source && schema && !schema.stale) keep(key, { source, schema });
    setState(state);
  };
  const fail = (error) => take({ reading: null, ...(state.schema ? { refreshError: error } : { error }) });
  // Sampled values have all their digits; to look at each number of thousands of tables takes a while.
  const read = async () => take({ schema: await here.get("data/schema", { source_id: id }, { signal, exact: state.source?.engine === "mongodb" }) });

  async function attend(job) {
    const before = state.schema?.version;
    const { state: end, result } = await follow(job, { signal, quiet: true }, (change) => take({ reading: { ...state.reading, ...change } }));
    if (end === "succeeded") {
      await read();
      take({ reading: null, news: before ? { from: before, to: state.schema.version } : null });
    } else if (end === "failed") fail(new ApiError(result.error));
    else if (end === "interrupted") fail(new ApiError({ message: "The reading was interrupted, since the server stopped.", hint: "Start it again.", code: "schema_stopped" }));
    else take({ reading: null, stopped: true });
  }

  async function refresh() {
    take({ ...NOTHING, names: state.names, reading: {} });
    try {
      const { job_id: job } = await here.post("data/schema/refresh", { source_id: id, wait: false }, { signal });
      await attend(job);
    } catch (error) {
      fail(error);
    }
  }

  async function open() {
    setState(state);
    try {
      const known = state.schema;
      const running = underWay(id, signal);
      const source = await find(id, signal);
      take({ source });
      if (source.schema_captured_at && known?.captured_at !== source.schema_captured_at) await read();
      if (!source.schema_captured_at) namesOf(id, signal).then((names) => take({ names }));
      const job = await running;
      if (job) await attend(job);
      else if (!source.schema_captured_at) await refresh();
    } catch (error) {
      fail(error);
    }
  }
  return { open, refresh, leave: () => aborter.abort() };
}

/** The job that reads the source just now, whoever began it. */
async function underWay(id, signal) {
  try {
    const jobs = await here.get("data/jobs", { kind: "schema", state: "running" }, { signal, quiet: true });
    return jobs.find((job) => job.request.source_id === id)?.id;
  } catch {
    // The schema is there without it.
    return undefined;
  }
}

async function namesOf(id, signal) {
  try {
    const sources = await here.get("data/list", { tables: true }, { signal, quiet: true });
    return sources.find((one) => one.id === id).tables.map((table) => table.name);
  } catch {
    // They come with the schema.
    return null;
  }
}

async function find(id, signal) {
  const source = (await here.get("data/list", {}, { signal })).find((one) => one.id === id);
  if (source) return source;
  throw new ApiError({ message: "There is no such source in this workspace.", hint: "It may have been deleted, or it stands in another workspace.", code: "not_found" });
}

function keep(key, state) {
  kept.delete(key);
  kept.set(key, state);
  if (kept.size > KEPT) kept.delete(kept.keys().next().value);
}
