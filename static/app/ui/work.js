// Calls on behalf of a component: what is under way, what came of it, and the end of it when the component goes.

import { useEffect, useRef, useState } from "../html.js";

/**
 * Something that is done on a click. `run` answers what `work` did, or undefined where it failed;
 * the failure is `error`.
 * @param {(...given: any[]) => Promise<any>} work
 */
export function useAction(work) {
  const [state, setState] = useState({ busy: false, error: null });
  const alive = useAlive();
  const latest = useRef(work);
  latest.current = work;
  const set = (next) => alive.current && setState(next);
  const run = async (...given) => {
    set({ busy: true, error: null });
    try {
      const done = await latest.current(...given);
      set({ busy: false, error: null });
      return done;
    } catch (error) {
      set({ busy: false, error: error.name === "AbortError" ? null : error });
      return undefined;
    }
  };
  return { ...state, run, clear: () => set({ busy: false, error: null }) };
}

/**
 * Something that is read when the component comes and whenever `about` changes. What was read before
 * stays in sight until the new is there; the old call is ended.
 * @param {(signal: AbortSignal) => Promise<any>} load
 * @param {unknown[]} about
 */
export function useLoad(load, about) {
  const [state, setState] = useState({ data: undefined, error: null, loading: true });
  const [round, setRound] = useState(0);
  useEffect(() => {
    const aborter = new AbortController();
    setState((before) => ({ ...before, error: null, loading: true }));
    load(aborter.signal).then(
      (data) => aborter.signal.aborted || setState({ data, error: null, loading: false }),
      (error) => aborter.signal.aborted || setState({ data: undefined, error, loading: false }),
    );
    return () => aborter.abort();
  }, [...about, round]);
  return { ...state, reload: () => setRound((before) => before + 1) };
}

function useAlive() {
  const alive = useRef(true);
  useEffect(() => {
    alive.current = true;
    return () => {
      alive.current = false;
    };
  }, []);
  return alive;
}
