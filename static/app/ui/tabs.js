import { html, useId, useRef } from "../html.js";

/**
 * Tabs: one stop for the Tab key, arrow keys between them. `children` is the chosen panel.
 * @param {{label: string, tabs: {id: string, label: string, note?: string}[], current: string, onChange: (id: string) => void}} props
 */
export function Tabs({ label, tabs, current, onChange, children }) {
  const list = useRef(null);
  const base = useId();
  const keys = (event) => {
    const at = tabs.findIndex((tab) => tab.id === current);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = tabs[(to + tabs.length) % tabs.length];
    onChange(next.id);
    list.current.querySelector(`[data-tab="${CSS.escape(next.id)}"]`).focus();
  };
  return html`<div class="tabs" role="tablist" aria-label=${label} ref=${list} onKeyDown=${keys}>
      ${tabs.map((tab) => html`<button type="button" key=${tab.id} role="tab" id=${`${base}-${tab.id}`} data-tab=${tab.id} class="tab"
        aria-selected=${tab.id === current ? "true" : "false"} aria-controls=${tab.id === current ? `${base}-panel` : undefined}
        tabIndex=${tab.id === current ? 0 : -1} onClick=${() => onChange(tab.id)}>${tab.label}${tab.note && html` <span class="tab-note">${tab.note}</span>`}</button>`)}
    </div>
    <div class="tab-panel" role="tabpanel" id=${`${base}-panel`} aria-labelledby=${`${base}-${current}`}>${children}</div>`;
}
