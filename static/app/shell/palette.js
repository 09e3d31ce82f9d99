// Ctrl-K: screens by their titles, and tables, columns and the like of all sources.

import { html, useEffect, useId, useRef, useState } from "../html.js";
import { count, plural } from "../format.js";
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
  const { hits, total, error, unread, searching } = useHits(text.trim());
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
    <div class="palette-list" id=${list} role="listbox" aria-label="Found" aria-busy=${searching ? "true" : "false"} ref=${element} tabIndex="-1">
      ${entries.map((entry, index) => html`<div key=${entry.key} class="palette-entry" role="option" id=${`${list}-${index}`} aria-selected=${index === at ? "true" : "false"} onClick=${() => choose(entry)}>
        <${Icon} name=${entry.icon} /><span class="palette-text truncate">${entry.before && html`<span class="quiet">${entry.before}</span>`}${entry.text}</span><span class="grow quiet truncate">${entry.note}</span><span class="quiet truncate">${entry.where}</span>
      </div>`)}
    </div>
    ${error && html`<${ErrorBox} error=${error} />`}
    <p class="palette-foot quiet" role="status">${statusOf(text, entries, total - hits.length, searching)}${unread > 0 && !searching && text ? `. ${plural(unread, "source")} not searched: the schema was never read` : ""}</p>
  <//>`;
}

function statusOf(text, entries, more, searching) {
  if (!text.trim()) return "Type to search";
  if (searching && entries.length === 0) return "Searching";
  if (entries.length === 0) return "Nothing found";
  return more > 0 ? `The best ${entries.length} of ${count(entries.length + more)}` : `${entries.length} found`;
}

function places(text) {
  const wanted = text.trim().toLowerCase();
  const allowed = ({ nav }) => nav && (!nav.admin || me.value.role === "admin");
  const shown = screens.filter((screen) => allowed(screen) && screen.title.toLowerCase().includes(wanted));
  return shown.map(({ path, title, nav }) => ({ key: path, icon: nav.icon, text: title, note: "", where: "Go to", open: () => go(path) }));
}

// The schema of a source is a screen of its own; without one a hit has nowhere to lead.
const SCHEMA = screens.find((screen) => screen.path === "/sources/:id");

function useHits(text) {
  const none = { hits: [], total: 0, error: null, unread: 0, searching: false };
  const [state, setState] = useState(none);
  useEffect(() => {
    if (!text || !SCHEMA) return setState(none);
    setState((before) => ({ ...before, error: null, searching: true }));
    const aborter = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const { hits, total, not_searched: unread } = await here.get("data/search", { q: text, limit: 30 }, { signal: aborter.signal });
        if (!aborter.signal.aborted) setState({ ...none, hits: hits.map(entry), total, unread: unread.length });
      } catch (error) {
        if (!aborter.signal.aborted) setState({ ...none, error });
      }
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      aborter.abort();
    };
  }, [text]);
  return state;
}

const ICONS = { table: "table", schema: "sources", column: "column", field: "column", index: "search", constraint: "key", trigger: "jobs", type: "code" };

function entry(hit, index) {
  const name = hit.column ?? hit.object ?? hit.type ?? hit.table ?? hit.schema;
  const before = hit.table && name !== hit.table ? `${hit.table}.` : "";
  const where = [hit.source, hit.schema].filter(Boolean).join(" · ");
  const query = { table: hit.table_id, column: hit.column };
  // What was found in a comment or a value is shown beside the name that it belongs to.
  const note = hit.matched === "name" ? "" : hit.text;
  return { key: `${index}-${hit.table_id}-${name}`, icon: ICONS[hit.kind] ?? "info", text: name, before, note, where, open: () => go(`/sources/${encodeURIComponent(hit.source_id)}`, query) };
}
