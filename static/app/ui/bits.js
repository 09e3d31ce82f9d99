// Small pieces that have no behaviour of their own.

import { html } from "../html.js";
import { ago, instant } from "../format.js";
import { Icon } from "./icon.js";

/** Where there is nothing yet: what belongs here, and the way to it. */
export function Empty({ icon, title, children, actions }) {
  return html`<div class="empty">
    ${icon && html`<${Icon} name=${icon} />`}
    <h2>${title}</h2>
    ${children && html`<p class="quiet">${children}</p>`}
    ${actions && html`<div class="row center">${actions}</div>`}
  </div>`;
}

/**
 * How far something is. Without `value` it is under way, and nobody knows how far.
 * @param {{label: string, value?: number, max?: number}} props
 */
export function Progress({ label, value, max = 1 }) {
  return html`<progress class="progress" aria-label=${label} value=${value} max=${max}></progress>`;
}

/** A word on how something stands. */
export function Badge({ kind = "", children }) {
  return html`<span class=${`badge ${kind}`}>${children}</span>`;
}

/** A key as it is written on keyboards. */
export function Kbd({ children }) {
  return html`<kbd>${children}</kbd>`;
}

/** `5 minutes ago`, with the whole instant and its zone on demand. */
export function RelativeTime({ at, none = "Never" }) {
  if (!at) return html`<span class="quiet">${none}</span>`;
  return html`<time dateTime=${at} title=${instant(at)}>${ago(at)}</time>`;
}

/** Lines that stand where text will be. */
export function Skeleton({ lines = 4 }) {
  return html`<div class="skeleton" role="img" aria-label="Loading">${Array.from({ length: lines }, () => html`<div></div>`)}</div>`;
}

/** An id or another short value, to be copied whole. */
export function Fact({ label, children }) {
  return html`<div class="fact"><dt>${label}</dt><dd>${children}</dd></div>`;
}

/** A part of a form or screen that is mostly left alone; `note` says how it stands. */
export function Fold({ title, note, open, children }) {
  return html`<details class="fold" open=${open}><summary>${title}${note && html`<span class="quiet">${note}</span>`}</summary><div class="fold-inside">${children}</div></details>`;
}
