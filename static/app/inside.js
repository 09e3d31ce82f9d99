// What a login opens: the shell, with a screen in it.

import { html, render } from "./html.js";
import { me, token } from "./session.js";
import { get } from "./api.js";
import { route } from "./router.js";
import { refreshWorkspaces } from "./workspace.js";
import { Shell } from "./shell/shell.js";
import { Toasts } from "./ui/toast.js";
import { ErrorBox } from "./ui/error-box.js";
import { useLoad } from "./ui/work.js";

export function Inside() {
  return me.value ? html`<${Shell} />` : html`<${Recall} key=${token.value} />`;
}

// A tab that was loaded anew has a token, and does not know whose. What comes next is on its way meanwhile; where that
// fails, whoever needs it says so.
function Recall() {
  const { error, reload } = useLoad(async (signal) => {
    route.peek().screen?.load().catch(() => {});
    const listed = refreshWorkspaces().catch(() => {});
    const user = await get("/auth/me", undefined, { signal, quiet: true });
    await listed;
    me.value = user;
  }, []);
  return error && token.value && html`<main class="alone"><${ErrorBox} error=${error} retry=${reload} /></main>`;
}

// Apart from the rest: the place of toasts goes into whatever dialog is open.
render(html`<${Toasts} />`, document.getElementById("toasts"));
