// The page: set-up, login, or the shell with a screen in it.

import { html, render, signal } from "./html.js";
import { me, token } from "./session.js";
import { get } from "./api.js";
import { Welcome } from "./screens/welcome.js";
import { LogIn } from "./screens/log-in.js";
import { Shell } from "./shell/shell.js";
import { Toasts } from "./ui/toast.js";
import { ErrorBox } from "./ui/error-box.js";
import { useLoad } from "./ui/work.js";

/** The token of the set-up link; taken out of the address at once, so that no history keeps it. */
const link = signal(new URLSearchParams(location.hash.slice(1)).get("setup"));
if (link.value) history.replaceState(null, "", "#/");
addEventListener("hashchange", () => {
  const given = new URLSearchParams(location.hash.slice(1)).get("setup");
  if (!given) return;
  link.value = given;
  history.replaceState(null, "", "#/");
});

function App() {
  return html`<${Inside} /><${Toasts} />`;
}

function Inside() {
  if (link.value) return html`<${Welcome} link=${link.value} onDone=${() => { link.value = null; }} />`;
  if (!token.value) return html`<${LogIn} />`;
  if (!me.value) return html`<${Recall} key=${token.value} />`;
  return html`<${Shell} />`;
}

// A tab that was loaded anew has a token, and does not know whose.
function Recall() {
  const { error, reload } = useLoad(async (signal) => {
    me.value = await get("/auth/me", undefined, { signal, quiet: true });
  }, []);
  return error && token.value && html`<main class="alone"><${ErrorBox} error=${error} retry=${reload} /></main>`;
}

render(html`<${App} />`, document.getElementById("app"));
