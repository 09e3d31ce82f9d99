// Short words on what was done, read out politely; what went wrong stays until it is closed.

import { html, signal } from "../html.js";
import { Button } from "./button.js";
import { Icon } from "./icon.js";

const toasts = signal([]);
let last = 0;

/** @param {string} text */
export function toast(text) {
  add(text, "good", 4000);
}
/** The same of a failure. */
toast.bad = (text) => add(text, "bad", 0);

function add(text, kind, ms) {
  const id = (last += 1);
  toasts.value = [...toasts.value.slice(-3), { id, text, kind }];
  if (ms) setTimeout(() => drop(id), ms);
}

function drop(id) {
  toasts.value = toasts.value.filter((one) => one.id !== id);
}

/**
 * Puts the place of toasts into the topmost dialog, or back: what stands beside an open dialog is below it, and takes no
 * click. A dialog calls it when it opens, and with itself before it goes.
 */
export function placeToasts(leaving) {
  const open = [...document.querySelectorAll("dialog[open]")].filter((one) => one !== leaving);
  (open.at(-1) ?? document.body).append(document.getElementById("toasts"));
}

/** The region in which they appear; the page has one. */
export function Toasts() {
  return html`<div class="toasts" role="status" aria-live="polite">
    ${toasts.value.map((one) => html`<div class=${`toast ${one.kind}`} key=${one.id}>
      <${Icon} name=${one.kind === "bad" ? "warn" : "check"} /><span>${one.text}</span>
      <${Button} kind="quiet" small icon="close" label="Close" onClick=${() => drop(one.id)} />
    </div>`)}
  </div>`;
}
