// A source and its schema: read once as a whole, kept while the page lives, read again on wish. The whole
// document is less work for both sides than many parts of it: 5,000 tables are 0.3 MB on their way here.

import { useEffect, useRef, useState } from "../../html.js";
import { ApiError } from "../../api.js";
import { here, scope, workspaceId } from "../../workspace.js";

/** So many documents are kept; a large one takes some 50 MB. */
const KEPT = 3;
const kept = new Map();

/**
 * @param {string} id of the source
 * @returns {{source?: object, schema?: object, error: Error | null, reload: () => void,
 *   reading: {since: number, stop: () => void} | null, refresh: () => void, refreshError: Error | null, news: {from: number, to: number} | null}}
 *   `reading` while the schema is being read (again), `news` are the versions before and after a refresh
 */
export function useSource(id) {
  const key = `${scope.value}|${workspaceId.value}|${id}`;
  const [state, setState] = useState({ key, ...kept.get(key) });
  const [reading, setReading] = useState(null);
  const [round, setRound] = useState(0);
  const refreshing = useRef(null);
  const take = (aborter, next) => {
    if (aborter.signal.aborted) return;
    setState((before) => {
      const now = { ...before, ...next };
      const { source, schema } = now;
      if (source && schema && !schema.stale) keep(key, { source, schema });
      return now;
    });
  };
  useEffect(() => {
    const aborter = new AbortController();
    setState({ key, ...kept.get(key) });
    read(id, kept.get(key), aborter, (next) => take(aborter, next), setReading).catch((error) => take(aborter, { error }));
    return () => {
      aborter.abort();
      refreshing.current?.abort();
      setReading(null);
    };
  }, [key, round]);

  const refresh = async () => {
    const aborter = new AbortController();
    refreshing.current = aborter;
    const before = state.schema?.version;
    setReading({ since: Date.now(), stop: () => aborter.abort() });
    take(aborter, { refreshError: null, news: null });
    try {
      const schema = await here.get("data/schema", { source_id: id, refresh: true }, { signal: aborter.signal });
      take(aborter, { schema, error: null, news: schema.stale ? null : { from: before, to: schema.version } });
    } catch (error) {
      take(aborter, state.schema ? { refreshError: error } : { error });
    }
    // One that was stopped ends at the server too; its place may be another's by now.
    if (refreshing.current === aborter) setReading(null);
  };
  // What is known of another source stands in no frame of this one.
  const shown = state.key === key ? state : {};
  return { error: null, refreshError: null, news: null, ...shown, reading, refresh, reload: () => setRound(round + 1) };
}

async function read(id, known, aborter, take, setReading) {
  const { signal } = aborter;
  const found = find(id, signal).then((source) => {
    take({ source });
    return source;
  });
  if (known && (await found).schema_captured_at === known.schema.captured_at) return;
  setReading({ since: Date.now(), stop: null });
  try {
    const schema = here.get("data/schema", { source_id: id }, { signal });
    // Where there is no such source, that is what has to be told.
    schema.catch(() => {});
    await found;
    take({ schema: await schema });
  } finally {
    if (!signal.aborted) setReading(null);
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
