// Ctrl-K: screens by their titles, and tables, columns and the like of all sources.

import { html, useEffect, useId, useRef, useState } from "../html.js";
import { go } from "../router.js";
import { screens } from "../screens/index.js";
import { me } from "../session.js";
import { here } from "../workspace.js";
import { Dialog } from "../ui/dialog.js";
import { ErrorBox } from "../ui/error-box.js";
import { Icon } from "../ui/icon.js";

/** How long somebody types on before it is worth asking. */
const PAUSE_MS = 120;

export function Palette({ onClose }) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const { hits, error } = useHits(text.trim());
  const entries = [...places(text), ...hits];
  const list = useId();
  const element = useRef(null);
  const choose = (entry) => {
    onClose();
    entry.open();
  };
  const keys = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && entries.length) {
      event.preventDefault();
      setAt((at + step + entries.length) % entries.length);
    } else if (event.key === "Enter" && entries[at]) {
      event.preventDefault();
      choose(entries[at]);
    }
  };
  useEffect(() => setAt(0), [text]);
  useEffect(() => element.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" }), [at]);
  return html`<${Dialog} title="Search" plain onClose=${onClose} class="palette">
    <div class="palette-field"><${Icon} name="search" />
      <input class="palette-input" role="combobox" aria-label="Search tables and columns" aria-expanded="true" aria-controls=${list} aria-autocomplete="list"
        aria-activedescendant=${entries[at] ? `${list}-${at}` : undefined} placeholder="Table, column, or screen" autocomplete="off" spellcheck=${false} maxlength="200"
        value=${text} onInput=${(event) => setText(event.target.value)} onKeyDown=${keys} autofocus /></div>
    <div class="palette-list" id=${list} role="listbox" aria-label="Found" ref=${element} tabIndex="-1">
      ${entries.map((entry, index) => html`<div key=${entry.key} class="palette-entry" role="option" id=${`${list}-${index}`} aria-selected=${index === at ? "true" : "false"} onClick=${() => choose(entry)}>
        <${Icon} name=${entry.icon} /><span class="grow truncate">${entry.text}</span><span class="quiet truncate">${entry.where}</span>
      </div>`)}
    </div>
    ${error && html`<${ErrorBox} error=${error} />`}
    <p class="palette-foot quiet" role="status">${entries.length ? `${entries.length} found` : text ? "Nothing found" : "Type to search"}</p>
  <//>`;
}

function places(text) {
  const wanted = text.trim().toLowerCase();
  const shown = screens.filter(({ nav, title }) => nav && (!nav.admin || me.value.role === "admin") && title.toLowerCase().includes(wanted));
  return shown.map(({ path, title, nav }) => ({ key: path, icon: nav.icon, text: title, where: "Go to", open: () => go(path) }));
}

// The schema of a source is a screen of its own; without one a hit has nowhere to lead.
const SCHEMA = screens.find((screen) => screen.path === "/sources/:id");

function useHits(text) {
  const [state, setState] = useState({ hits: [], error: null });
  useEffect(() => {
    if (!text || !SCHEMA) return setState({ hits: [], error: null });
    const aborter = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const { hits } = await here.get("data/search", { q: text, limit: 30 }, { signal: aborter.signal });
        if (!aborter.signal.aborted) setState({ hits: hits.map(entry), error: null });
      } catch (error) {
        if (!aborter.signal.aborted) setState({ hits: [], error });
      }
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      aborter.abort();
    };
  }, [text]);
  return state;
}

const ICONS = { table: "table", schema: "sources", column: "column", field: "column" };

function entry(hit, index) {
  const name = hit.column ?? hit.object ?? hit.type ?? hit.table ?? hit.schema;
  const where = [hit.source, hit.schema, name === hit.table ? null : hit.table].filter(Boolean).join(" · ");
  const query = { table: hit.table_id, column: hit.column };
  return { key: `${index}-${hit.table_id}-${name}`, icon: ICONS[hit.kind] ?? "info", text: name, where, open: () => go(`/sources/${encodeURIComponent(hit.source_id)}`, query) };
}
