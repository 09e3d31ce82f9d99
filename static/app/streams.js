// Answers that come bit by bit. EventSource cannot send a header, so events are read from a fetch.

import { ApiError, dataOf, send } from "./api.js";
import { fromAnswer, unreachable } from "./api-error.js";
import { parseExact } from "./exact-json.js";

const NDJSON = "application/x-ndjson";
/** The server says every 15 s that it is still there; one that is silent for longer is gone. */
const SILENCE_MS = 40_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Reads server-sent events until the one of the type `end`, the caller aborts, or `onEvent` answers false.
 * Begins again behind the last event where the connection broke, at growing distances; a refusal is thrown.
 * @param {string} path
 * @param {(event: {type: string, data: any, id: string}) => (boolean | void)} onEvent
 * @param {{query?: object, signal?: AbortSignal, onBreak?: (error: Error | null) => void}} [options]
 *   `onBreak` is told what broke, and null when the events go on
 */
export async function events(path, onEvent, { onBreak, ...options } = {}) {
  let last = "";
  let pause = FIRST_PAUSE_MS;
  const take = (event) => {
    if (pause !== FIRST_PAUSE_MS) onBreak?.(null);
    pause = FIRST_PAUSE_MS;
    last = event.id;
    return onEvent({ ...event, data: JSON.parse(event.data) }) !== false && event.type !== "end";
  };
  for (;;) {
    try {
      const headers = last ? { "Last-Event-ID": last } : {};
      if (!(await readEvents(path, take, { ...options, headers }))) return;
    } catch (error) {
      if (options.signal?.aborted || !mayPass(error)) throw error;
      onBreak?.(error);
    }
    await wait(pause, options.signal);
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  }
}

/** Whether there is more to come than this connection brought. */
async function readEvents(path, take, options) {
  const none = { type: "message", data: "", id: "" };
  let event = none;
  const response = await send("GET", path, { ...options, accept: "text/event-stream" });
  for await (const line of lines(response, { ...options, silence: SILENCE_MS })) {
    if (line === "") {
      if (event.data && !take(event)) return false;
      event = { ...none, id: event.id };
    } else if (line.startsWith("event:")) event = { ...event, type: line.slice(6).trim() };
    else if (line.startsWith("data:")) event = { ...event, data: event.data + line.slice(5).trimStart() };
    else if (line.startsWith("id:")) event = { ...event, id: line.slice(3).trim() };
  }
  return true;
}

const mayPass = (error) => error instanceof ApiError && (error.code === "unreachable" || [429, 502, 503, 504].includes(error.status));

function wait(ms, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    }, { once: true });
  });
}

/**
 * The objects of an NDJSON answer, one by one.
 * @param {"GET" | "POST"} method
 */
export async function* ndjson(method, path, options = {}) {
  const response = await send(method, path, { ...options, accept: NDJSON });
  for await (const line of lines(response, options)) if (line) yield parseExact(line);
}

/**
 * Calls what tells how far it is, where the server does: each line goes to `onLine`, but for the last one, which is
 * the whole answer. A server that tells it all at the end gives the same. Answers `data`, as `call` does.
 * @param {{body?: unknown, signal?: AbortSignal, onLine: (line: object) => void}} options
 */
export async function staged(method, path, { onLine, ...options }) {
  const response = await send(method, path, { ...options, accept: NDJSON });
  if (!response.headers.get("content-type")?.startsWith(NDJSON)) return dataOf(response, options);
  for await (const line of lines(response, options)) {
    if (!line) continue;
    const told = JSON.parse(line);
    if (told.status === "error") throw fromAnswer(response, told);
    if (told.status) return told.data;
    onLine(told);
  }
  throw unreachable("The answer broke off in the middle.");
}

async function* lines(response, { signal, silence }) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await read(reader, signal, silence);
      if (done) break;
      const parts = (rest + value).split(/\r?\n/);
      rest = parts.pop();
      yield* parts;
    }
    if (rest) yield rest;
  } finally {
    reader.cancel().catch(() => {});
  }
}

async function read(reader, signal, silence) {
  let timer;
  const silent = new Promise((_, reject) => {
    if (silence) timer = setTimeout(() => reject(new Error("silent")), silence);
  });
  try {
    return await Promise.race([reader.read(), silent]);
  } catch (error) {
    if (signal?.aborted || error instanceof ApiError) throw error;
    throw unreachable("The answer broke off in the middle.");
  } finally {
    clearTimeout(timer);
  }
}
