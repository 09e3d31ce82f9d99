// What runs, what came of the last ones, and the texts that were not run yet.

import { useEffect, useRef, useState } from "../../html.js";
import { here } from "../../workspace.js";
import { remember } from "./history.js";

/** Results that stay, the others go: each may hold 10 MiB. */
const KEPT = 5;
const TICK_MS = 100;


/** Runs one statement after the other. Who stops one hangs up, and the server ends it at the source. */
export function useRuns(target) {
  const [results, setResults] = useState([]);
  const [current, setCurrent] = useState(null);
  const [running, setRunning] = useState(null);
  const [elapsed, setElapsed] = useState(0);
  const last = useRef(0);
  useEffect(() => {
    if (!running) return undefined;
    const timer = setInterval(() => setElapsed(performance.now() - running.began), TICK_MS);
    return () => clearInterval(timer);
  }, [running]);
  useEffect(() => () => running?.aborter.abort(), [running]);

  /** Answers the error where it failed. */
  const run = async ({ request, kind, text, collection }) => {
    const now = { aborter: new AbortController(), began: performance.now() };
    setElapsed(0);
    setRunning(now);
    const result = { id: String((last.current += 1)), text, request };
    try {
      result.answer = await here.post("data/query", request, { signal: now.aborter.signal, exact: true });
    } catch (error) {
      if (now.aborter.signal.aborted) result.stopped = true;
      else result.error = error;
    }
    result.ms = performance.now() - now.began;
    setRunning(null);
    setResults((before) => [...before, result].slice(-KEPT));
    setCurrent(result.id);
    remember({ at: new Date().toISOString(), source: target.id, name: target.name, kind, text, collection: kind === "pipeline" ? collection : undefined, ms: Math.round(result.ms), rows: result.answer?.row_count, failed: !result.answer, stopped: result.stopped });
    return result.error;
  };
  const close = (id) => {
    const left = results.filter((one) => one.id !== id);
    setResults(left);
    if (id === current) setCurrent(left.at(-1)?.id ?? null);
  };
  return { results, current, setCurrent, close, run, running, elapsed, stop: () => running?.aborter.abort() };
}
