// Ctrl-K: screens by their titles, and tables, columns and the like of all sources.

import { html, useEffect, useRef, useState } from "../html.js";
import { count, plural } from "../format.js";
import { go } from "../router.js";
import { screens } from "../screens/index.js";
import { me } from "../session.js";
import { here } from "../workspace.js";
import { ErrorBox } from "../ui/error-box.js";
import { Icon } from "../ui/icon.js";

/** How long somebody types on before it is worth asking. */
const PAUSE_MS = 120;

/**
 * What a text finds, as a list to be walked through.
 * @param {{text: string, list: string, onKey: {current: Function}, early: {current: string[]}, onActive: (id?: string) => void, onClose: () => void}} props
 *   `list` is the list's id, `onKey` takes what a key does, `early` are keys from before this was there
 */
export function Found({ text, list, onKey, early, onActive, onClose }) {
  const [at, setAt] = useState(0);
  const { hits, total, error, unread, searching } = useHits(text.trim());
  const entries = [...places(text), ...hits];
  const element = useRef(null);
  const choose = (entry) => {
    onClose();
    entry.open();
  };
  onKey.current = (key) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[key];
    if (step && entries.length) setAt((before) => (before + step + entries.length) % entries.length);
    else if (key === "Enter" && entries[at]) choose(entries[at]);
  };
  useEffect(() => () => {
    onKey.current = null;
  }, []);
  useEffect(() => setAt(0), [text]);
  useEffect(() => onActive(entries[at] ? `${list}-${at}` : undefined), [entries.length, at]);
  // One key a turn: each acts on what the one before it left.
  useEffect(() => {
    const key = early.current.shift();
    if (key) onKey.current(key);
  });
  useEffect(() => element.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" }), [at]);
  return html`
    <div class="palette-list" id=${list} role="listbox" aria-label="Found" aria-busy=${searching ? "true" : "false"} ref=${element} tabIndex="-1">
      ${entries.map((entry, index) => html`<div key=${entry.key} class="palette-entry" role="option" id=${`${list}-${index}`} aria-selected=${index === at ? "true" : "false"} onClick=${() => choose(entry)}>
        <${Icon} name=${entry.icon} /><span class="palette-text truncate">${entry.before && html`<span class="quiet">${entry.before}</span>`}${entry.text}</span><span class="grow quiet truncate">${entry.note}</span><span class="quiet truncate">${entry.where}</span>
      </div>`)}
    </div>
    ${error && html`<${ErrorBox} error=${error} />`}
    <p class="palette-foot quiet" role="status">${statusOf(text, entries, total - hits.length, searching)}${unread > 0 && !searching && text ? `. ${plural(unread, "source")} not searched: the schema was never read` : ""}</p>`;
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
