import { html } from "../html.js";

/** The frame of screens before a login: one card in the middle. */
export function Alone({ title, about, children }) {
  return html`<main class="alone">
    <div class="alone-brand"><img src="app/icon.svg" alt="" width="28" height="28" /><span>Headwater</span></div>
    <div class="card stack">
      <div><h1>${title}</h1>${about && html`<p class="quiet">${about}</p>`}</div>
      ${children}
    </div>
    <p class="quiet small-text">Nothing on this page comes from the internet, and nothing is sent there.</p>
  </main>`;
}
