import { html, useId, useLayoutEffect, useRef, useState } from "../html.js";
import { Button } from "./button.js";
import { Icon } from "./icon.js";

/**
 * A button that opens a list of things to do. Arrow keys, Home, End and first letters move; Escape closes.
 * @param {{label?: string, icon?: string, items: ({text: string, icon?: string, href?: string, onClick?: () => void, danger?: boolean, current?: boolean, note?: any, disabled?: boolean} | {heading: string} | null)[]}} props
 *   children are what the button shows; `label` names the list, and a button that shows an icon alone
 */
export function Menu({ label, icon, items, children, kind = "", small, class: extra = "" }) {
  const button = useRef(null);
  const list = useRef(null);
  const [open, setOpen] = useState(false);
  const id = useId();
  const toggled = (event) => setOpen(event.newState === "open");
  useLayoutEffect(() => {
    if (!open) return;
    place(button.current, list.current);
    (list.current.querySelector("[aria-current=true]") ?? choices(list.current)[0])?.focus();
  }, [open]);
  const keys = (event) => {
    const next = move(choices(list.current), event.key);
    if (event.key === "Tab") list.current.hidePopover();
    if (!next) return;
    event.preventDefault();
    next.focus();
  };
  const open_ = (event) => {
    if (event.key !== "ArrowDown") return;
    event.preventDefault();
    list.current.showPopover();
  };
  const done = (item) => () => {
    list.current.hidePopover();
    button.current.focus();
    item.onClick?.();
  };
  return html`<div class=${`menu ${extra}`}>
    <span ref=${(wrapper) => { button.current = wrapper?.firstElementChild ?? null; }} class="menu-button">
      <${Button} kind=${kind} small=${small} icon=${icon} label=${children ? undefined : label} popovertarget=${id} aria-haspopup="menu" aria-expanded=${open ? "true" : "false"} onKeyDown=${open_}>${children}<//>
    </span>
    <div id=${id} class="menu-list" role="menu" aria-label=${label ?? "Menu"} popover="auto" ref=${list} onToggle=${toggled} onKeyDown=${keys}>
      ${open && items.filter(Boolean).map((item) => ("heading" in item ? html`<div class="menu-heading" role="presentation">${item.heading}</div>` : entry(item, done(item))))}
    </div>
  </div>`;
}

function entry(item, onClick) {
  const inside = html`${item.icon && html`<${Icon} name=${item.icon} />`}<span class="grow">${item.text}</span>${item.note && html`<span class="quiet">${item.note}</span>`}${item.current && html`<${Icon} name="check" />`}`;
  const shared = { class: `menu-item ${item.danger ? "danger" : ""}`, role: "menuitem", tabIndex: -1, "aria-current": item.current ? "true" : undefined, onClick };
  if (item.href) return html`<a href=${item.href} ...${shared}>${inside}</a>`;
  return html`<button type="button" disabled=${item.disabled} ...${shared}>${inside}</button>`;
}

const choices = (list) => [...list.querySelectorAll("[role=menuitem]:not(:disabled)")];

function move(items, key) {
  const at = items.indexOf(document.activeElement);
  if (key === "ArrowDown") return items[(at + 1) % items.length];
  if (key === "ArrowUp") return items.at(at - 1);
  if (key === "Home") return items[0];
  if (key === "End") return items.at(-1);
  if (key.length !== 1 || key === " ") return null;
  const turned = [...items.slice(at + 1), ...items.slice(0, at + 1)];
  return turned.find((item) => item.textContent.trim().toLowerCase().startsWith(key.toLowerCase()));
}

// Below the button, and inside of the window; a popover stands in the top layer and knows no parent.
function place(button, list) {
  const at = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = list;
  const below = at.bottom + 4;
  list.style.left = `${Math.max(8, Math.min(at.left, innerWidth - width - 8))}px`;
  list.style.top = `${below + height > innerHeight - 8 && at.top > height ? at.top - height - 4 : below}px`;
}
