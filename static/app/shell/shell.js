// What stands around every screen: header, navigation, and the place where the screen is loaded.

import { html, useEffect, useSignal } from "../html.js";
import { route } from "../router.js";
import { refreshWorkspaces, scope, workspaceId, workspaces } from "../workspace.js";
import { useLoad } from "../ui/work.js";
import { ErrorBox } from "../ui/error-box.js";
import { Skeleton } from "../ui/bits.js";
import { Header } from "./header.js";
import { Navigation } from "./navigation.js";
import { Screen } from "./screen.js";

export function Shell() {
  const open = useSignal(false);
  const { error, reload } = useLoad(async () => workspaces.peek() ?? refreshWorkspaces(), []);
  useEffect(() => {
    open.value = false;
  }, [route.value.path]);
  const skip = (event) => {
    event.preventDefault();
    document.querySelector("main h1")?.focus();
  };
  // A screen is of one workspace: another one is another screen, with nothing left of the first.
  const key = `${route.value.screen?.path}|${scope.value}|${workspaceId.value}`;
  return html`
    <a class="skip" href="#main" onClick=${skip}>Skip to the content</a>
    <div class="shell">
      <${Header} open=${open} />
      <${Navigation} open=${open} />
      <main id="main" class="main">
        ${error && html`<${ErrorBox} error=${error} retry=${reload} />`}
        ${!error && (workspaces.value ? html`<${Screen} key=${key} />` : html`<${Skeleton} />`)}
      </main>
    </div>`;
}
