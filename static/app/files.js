// Files on their way to the server and back.

import { address, send } from "./api.js";
import { fromAnswer, unreachable } from "./api-error.js";
import { remember } from "./calls.js";
import { token } from "./session.js";

/**
 * Sends a file as the raw body. `fetch` tells nothing of an upload's progress, so this is an XMLHttpRequest.
 * @param {string} path
 * @param {File | Blob} file
 * @param {{query?: object, headers?: object, signal?: AbortSignal, onProgress?: (done: number, total: number) => void}} [options]
 */
export function upload(path, file, { query, headers = {}, signal, onProgress, method = "POST" } = {}) {
  const url = address(path, query);
  remember({ method, url: url.href, file: file.name ?? "file", headers });
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    if (token.value) request.setRequestHeader("Authorization", `Bearer ${token.value}`);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, asBytes(value));
    request.upload.onprogress = (event) => onProgress?.(event.loaded, event.total);
    request.onerror = () => reject(unreachable("The file did not get through."));
    request.onabort = () => reject(new DOMException("Aborted", "AbortError"));
    request.onload = () => {
      const answer = parse(request.responseText);
      if (answer?.status === "success") resolve(answer.data);
      else reject(fromAnswer({ status: request.status, headers: { get: (name) => request.getResponseHeader(name) } }, answer));
    };
    signal?.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}

/** Fetches an answer and saves it as a file. Options as of `send`, and `method`. */
export async function download(path, name, { method = "GET", ...options } = {}) {
  const response = await send(method, path, options);
  save(await response.blob(), name);
}

/**
 * The content of an answer as a blob, which the browser keeps on the disk where it is large; `onProgress` is told how
 * many bytes have come.
 * @param {Response} response
 * @param {(done: number) => void} [onProgress]
 */
export async function received(response, onProgress, signal) {
  let done = 0;
  const counted = new TransformStream({
    transform(piece, out) {
      done += piece.byteLength;
      onProgress?.(done);
      out.enqueue(piece);
    },
  });
  try {
    return await new Response(response.body.pipeThrough(counted)).blob();
  } catch (error) {
    throw signal?.aborted ? signal.reason : unreachable("The answer broke off in the middle.");
  }
}

/** Hands bytes or a text to the browser as a file. */
export function save(content, name, type = "application/octet-stream") {
  const blob = content instanceof Blob ? content : new Blob([content], { type });
  const url = URL.createObjectURL(blob);
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  link.click();
  // The browser has begun by the next turn; until then the address has to be there.
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

// A header holds bytes, of which a script may write each as one character alone.
const asBytes = (text) => String.fromCharCode(...new TextEncoder().encode(text));

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
