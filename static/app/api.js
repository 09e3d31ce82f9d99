// Every call of the API goes through `send`: it adds the token, turns whatever goes wrong into an
// ApiError with words for a person, and remembers the call for "Show as curl".

import { ApiError, fromAnswer, unreachable } from "./api-error.js";
import { remember } from "./calls.js";
import { exactText, parseExact } from "./exact-json.js";
import { end, token } from "./session.js";

export { ApiError };

const BASE = new URL("api/v1/", document.baseURI);

/**
 * Calls an endpoint and answers `data` of its envelope.
 * @param {string} method
 * @param {string} path below the base path, such as `/auth/me`
 * @param {{query?: object, body?: unknown, signal?: AbortSignal, quiet?: boolean, exact?: boolean}} [options]
 *   `quiet` leaves it out of "Show as curl"; `exact` gives numbers with all their digits, as `parseExact` does
 */
export async function call(method, path, options = {}) {
  return dataOf(await send(method, path, options), options);
}

/** `data` of the envelope that a response is; an ApiError where it tells of one. */
export async function dataOf(response, { signal, exact } = {}) {
  const answer = parse(await readAll(response, signal), exact);
  if (!answer || answer.status === "error") throw fromAnswer(response, answer);
  return answer.data;
}

export const get = (path, query, options) => call("GET", path, { ...options, query });
export const post = (path, body = {}, options) => call("POST", path, { ...options, body });

/**
 * A response that is no envelope: a file, NDJSON, events. An error is still an ApiError.
 * Options as of `call`, `accept`, and further `headers`.
 */
export async function send(method, path, options = {}) {
  const { query, body, signal, quiet, accept } = options;
  const url = address(path, query);
  const headers = { ...options.headers };
  if (token.value) headers.Authorization = `Bearer ${token.value}`;
  if (accept) headers.Accept = accept;
  const raw = body instanceof Blob;
  if (body !== undefined && !raw) headers["Content-Type"] = "application/json";
  if (!quiet) remember({ method, url: url.href, body: raw ? undefined : body, file: raw ? body.name : undefined, accept });
  let response;
  try {
    response = await fetch(url, { method, headers, body: body === undefined || raw ? body : exactText(body), signal });
  } catch (error) {
    throw signal?.aborted ? error : unreachable();
  }
  if (!response.ok) {
    const refused = fromAnswer(response, parse(await readAll(response, signal)));
    if (response.status === 401 && token.value && refused.code === "unauthenticated") {
      end("Your session has ended. Log in again to go on.");
    }
    throw refused;
  }
  return response;
}

/** The absolute URL of an endpoint. */
export function address(path, query = {}) {
  const url = new URL(path.replace(/^\//, ""), BASE);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== "") url.searchParams.set(name, String(value));
  }
  return url;
}

/** A call that a screen need not make, or not yet, for its "Show as curl". */
export const callOf = (method, path, { query, body } = {}) => ({ method, url: address(path, query).href, body });

async function readAll(response, signal) {
  try {
    return await response.text();
  } catch (error) {
    throw signal?.aborted ? error : unreachable("The answer broke off in the middle.");
  }
}

function parse(text, exact) {
  try {
    return exact ? parseExact(text) : JSON.parse(text);
  } catch {
    return null;
  }
}
