import { html } from "../html.js";
import { Icon } from "./icon.js";

/**
 * A button; with `href` a link that looks like one. One that is busy says so and takes no second click.
 * @param {{kind?: "primary" | "danger" | "quiet", icon?: string, label?: string, busy?: boolean, small?: boolean, href?: string}} props
 *   `label` names a button that has an icon alone
 */
export function Button({ kind = "", icon, label, busy, small, href, disabled, children, class: extra = "", ...rest }) {
  const classes = ["button", kind, small && "small", !children && "bare", extra].filter(Boolean).join(" ");
  const inside = html`${busy ? html`<span class="spinner" aria-hidden="true"></span>` : icon && html`<${Icon} name=${icon} />`}${children}`;
  if (href) return html`<a class=${classes} href=${href} aria-label=${label} title=${label} ...${rest}>${inside}</a>`;
  return html`<button type="button" class=${classes} aria-label=${label} title=${label} aria-busy=${busy ? "true" : undefined}
    disabled=${disabled || busy} ...${rest}>${inside}</button>`;
}
