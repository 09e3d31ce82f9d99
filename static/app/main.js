// The page: set-up, login, or what stands behind them.

import { html, render, signal } from "./html.js";
import { notLoaded } from "./api-error.js";
import { token } from "./session.js";
import { setup } from "./links.js";
import { Welcome } from "./screens/welcome.js";
import { LogIn } from "./screens/log-in.js";
import { ErrorBox } from "./ui/error-box.js";

/** What a login opens, once it came: most of the page, which the login itself does not wait for. */
const inside = signal({});

function enter() {
  inside.value = {};
  import("./inside.js").then((module) => { inside.value = module; }, () => { inside.value = { error: notLoaded() }; });
}

function App() {
  if (setup.value) return html`<${Welcome} link=${setup.value} onDone=${() => { setup.value = null; }} />`;
  if (!token.value) return html`<${LogIn} />`;
  const { Inside, error } = inside.value;
  if (Inside) return html`<${Inside} />`;
  return error && html`<main class="alone"><${ErrorBox} error=${error} retry=${enter} /></main>`;
}

render(html`<${App} />`, document.getElementById("app"));
// Behind the login, while somebody writes their name.
if (token.peek()) enter();
else addEventListener("load", enter);
