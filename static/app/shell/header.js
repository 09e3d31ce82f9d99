import { html } from "../html.js";
import { href } from "../router.js";
import { end, me } from "../session.js";
import { call } from "../api.js";
import { nextTheme, theme } from "../theme.js";
import { Button } from "../ui/button.js";
import { Menu } from "../ui/menu.js";
import { SearchButton } from "./search.js";
import { WorkspaceMenu } from "./workspace-menu.js";

const THEMES = { system: "as the system has it", light: "light", dark: "dark" };

export function Header({ open }) {
  const toggle = () => {
    open.value = !open.value;
  };
  return html`<header class="header">
    <${Button} kind="quiet" class="nav-toggle" icon=${open.value ? "close" : "menu"} label="Navigation" id="open-navigation"
      aria-expanded=${open.value ? "true" : "false"} aria-controls="navigation" onClick=${toggle} />
    <a class="brand" href=${href("/sources")} aria-label="Headwater"><img src="app/icon.svg" alt="" width="22" height="22" /><span class="brand-name">Headwater</span></a>
    <${WorkspaceMenu} />
    <span class="grow"></span>
    <${SearchButton} />
    <${Button} kind="quiet" icon=${theme.value} label=${`Colours: ${THEMES[theme.value]}`} onClick=${nextTheme} />
    <${UserMenu} />
  </header>`;
}

function UserMenu() {
  const { name, organization, role } = me.value;
  const items = [
    { heading: `${name} · ${organization} · ${role}` },
    { text: "Settings", icon: "settings", href: href("/settings") },
    { text: "API", icon: "code", href: href("/api") },
    { text: "Log out", icon: "back", onClick: logOut },
  ];
  return html`<${Menu} kind="quiet" icon="user" label=${`User ${name}`} items=${items} />`;
}

// The token ends at the server too; where that cannot be told, it is forgotten here all the same.
async function logOut() {
  try {
    const tokens = await call("GET", "/auth/tokens", { quiet: true });
    const jti = ownJti();
    if (tokens.some((one) => one.jti === jti && one.kind === "login")) await call("POST", `/auth/revoke/${jti}`, { quiet: true });
  } catch {
    // The session is over in this tab whatever the server says.
  }
  end();
}

/** The id of the token in this tab, from its claims. */
function ownJti() {
  const [, claims] = sessionStorage.getItem("token").split(".");
  return JSON.parse(atob(claims.replaceAll("-", "+").replaceAll("_", "/"))).jti;
}
