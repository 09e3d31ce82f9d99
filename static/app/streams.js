// Answers that come bit by bit. EventSource cannot send a header, so events are read from a fetch.

import { ApiError, send } from "./api.js";
import { unreachable } from "./api-error.js";
import { parseExact } from "./exact-json.js";

/**
 * Reads server-sent events until the stream ends, the caller aborts, or `onEvent` answers false.
 * Begins again behind the last event where the connection broke.
 * @param {string} path
 * @param {(event: {type: string, data: any, id: string}) => (boolean | void)} onEvent
 * @param {{query?: object, signal?: AbortSignal}} [options]
 */
export async function events(path, onEvent, options = {}) {
  let event = { type: "message", data: "", id: "" };
  for await (const line of lines(path, { ...options, accept: "text/event-stream" })) {
    if (line === "") {
      if (event.data && onEvent({ ...event, data: JSON.parse(event.data) }) === false) return;
      event = { type: "message", data: "", id: event.id };
    } else if (line.startsWith("event:")) event.type = line.slice(6).trim();
    else if (line.startsWith("data:")) event.data += line.slice(5).trimStart();
    else if (line.startsWith("id:")) event.id = line.slice(3).trim();
  }
}

/**
 * The objects of an NDJSON answer, one by one.
 * @param {"GET" | "POST"} method
 */
export async function* ndjson(method, path, options = {}) {
  for await (const line of lines(path, { ...options, method, accept: "application/x-ndjson" })) {
    if (line) yield parseExact(line);
  }
}

async function* lines(path, { method = "GET", ...options }) {
  const response = await send(method, path, options);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await read(reader, options.signal);
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

async function read(reader, signal) {
  try {
    return await reader.read();
  } catch (error) {
    if (signal?.aborted || error instanceof ApiError) throw error;
    throw unreachable("The answer broke off in the middle.");
  }
}
