// Files on their way to the server and back.

import { address, send } from "./api.js";
import { fromAnswer, unreachable } from "./api-error.js";
import { remember } from "./calls.js";
import { token } from "./session.js";

/**
 * Sends a file as the raw body. `fetch` tells nothing of an upload's progress, so this is an XMLHttpRequest.
 * @param {string} path
 * @param {File | Blob} file
 * @param {{query?: object, signal?: AbortSignal, onProgress?: (done: number, total: number) => void}} [options]
 */
export function upload(path, file, { query, signal, onProgress, method = "POST" } = {}) {
  const url = address(path, query);
  remember({ method, url: url.href, file: file.name ?? "file" });
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    if (token.value) request.setRequestHeader("Authorization", `Bearer ${token.value}`);
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

/** Hands bytes or a text to the browser as a file. */
export function save(content, name, type = "application/octet-stream") {
  const blob = content instanceof Blob ? content : new Blob([content], { type });
  const url = URL.createObjectURL(blob);
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  link.click();
  // The browser has begun by the next turn; until then the address has to be there.
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
