import { html } from "../html.js";
import { href, route } from "../router.js";
import { screens } from "../screens/index.js";
import { me } from "../session.js";
import { Icon } from "../ui/icon.js";

/** The screens that have a place in it, as they stand in the list. On narrow windows `open` decides. */
export function Navigation({ open }) {
  const here = `/${route.value.path.split("/")[1] || "sources"}`;
  const shown = screens.filter((screen) => screen.nav && (!screen.nav.admin || me.value.role === "admin"));
  const close = (event) => {
    if (event.key !== "Escape" || !open.value) return;
    open.value = false;
    document.getElementById("open-navigation")?.focus();
  };
  return html`
    ${open.value && html`<div class="nav-veil" onClick=${() => { open.value = false; }}></div>`}
    <nav id="navigation" class=${open.value ? "nav open" : "nav"} aria-label="Main" onKeyDown=${close}>
      <ul>
        ${shown.map(({ path, title, nav }) => html`<li key=${path} class=${nav.apart ? "apart" : ""}>
          <a class="nav-link" href=${href(path)} aria-current=${here === path ? "page" : undefined}><${Icon} name=${nav.icon} />${nav.label ?? title}</a>
        </li>`)}
      </ul>
    </nav>`;
}
