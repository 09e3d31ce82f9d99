import { html, useMemo, useRef, useState } from "../../html.js";
import { duration } from "../../format.js";
import { setQuery } from "../../router.js";
import { Kbd } from "../../ui/bits.js";
import { Button } from "../../ui/button.js";
import { Dialog } from "../../ui/dialog.js";
import { ErrorBox } from "../../ui/error-box.js";
import { Page } from "../../ui/page.js";
import { Splitter } from "../../ui/splitter.js";
import { draftOf, keepDraft } from "./drafts.js";
import { Editor } from "./editor.js";
import { HistoryDialog } from "./history-dialog.js";
import { FIRST, Options } from "./options.js";
import { KINDS, requestOf, starter } from "./request.js";
import { Results } from "./results.js";
import { Side } from "./side.js";
import { useRuns } from "./runs.js";

/** The statement, what it runs on, and what came of it. */
export function Workbench({ targets, target, names, table, onTarget }) {
  const documents = target.engine === "mongodb";
  const [kind, setKind] = useState(documents ? "find" : "sql");
  const [collection, setCollection] = useState(table?.name ?? names.tables[0]?.name ?? "");
  const [options, setOptions] = useState(FIRST);
  const [open, setOpen] = useState(null);
  const [wrong, setWrong] = useState(null);
  const editor = useRef(null);
  const runs = useRuns(target);
  const draft = `${target.id} ${kind}`;
  const first = useMemo(() => {
    const kept = draftOf(draft);
    const linked = table && !kept?.includes(table.name);
    return linked ? starter(kind, names, table) : kept ?? starter(kind, names, names.tables[0]);
  }, [kind]);

  const run = async () => {
    if (runs.running) return;
    const { text, from } = documents ? { text: editor.current.text(), from: 0 } : editor.current.statement();
    setWrong(null);
    let request;
    try {
      request = requestOf({ kind, text, collection, options, target });
    } catch (error) {
      setWrong(error);
      return;
    }
    const failed = await runs.run({ request, kind, text, collection });
    const at = failed && placeOf(failed, text);
    if (at !== null && at !== undefined) editor.current?.mark(from + at);
  };
  const put = ({ kind: of, text, collection: chosen, source }) => {
    setOpen(null);
    keepDraft(`${source} ${of}`, text);
    if (chosen) setCollection(chosen);
    if (source !== target.id) onTarget(source);
    else if (of !== kind) setKind(of);
    else editor.current.set(text);
  };
  const choose = (event) => onTarget(event.target.value);
  const side = html`<${Side} names=${names} target=${target} onInsert=${(words) => { setOpen(null); editor.current.insert(words); editor.current.focus(); }} />`;
  return html`<${Page} title="Query" fill>
    <div class="toolbar">
      <select class="input query-target" aria-label="What is asked" value=${target.id} onChange=${choose}>
        ${targets.map((one) => html`<option key=${one.id} value=${one.id} selected=${one.id === target.id}>${one.name}</option>`)}
      </select>
      ${documents && html`<select class="input" aria-label="Kind of statement" value=${kind} onChange=${(event) => { setQuery({ table: "" }); setKind(event.target.value); }}>
        ${KINDS.map((one) => html`<option key=${one.id} value=${one.id} selected=${one.id === kind}>${one.label}</option>`)}</select>`}
      ${kind === "pipeline" && html`<input class="input" aria-label="Collection" list="query-collections" spellcheck=${false} value=${collection} onInput=${(event) => setCollection(event.target.value)} />
        <datalist id="query-collections">${names.tables.slice(0, 500).map((one) => html`<option key=${one.id} value=${one.name}></option>`)}</datalist>`}
      ${runs.running
        ? html`<${Button} kind="danger" icon="stop" onClick=${runs.stop}>Stop<//><span class="quiet" role="timer">${duration(runs.elapsed)}</span>`
        : html`<${Button} kind="primary" icon="query" aria-keyshortcuts="Control+Enter" onClick=${run}>Run<//><span class="wide-hint quiet"><${Kbd}>Ctrl Enter<//></span>`}
      <span class="grow"></span>
      <${Button} class="narrow-only" icon="table" onClick=${() => setOpen("tables")}>Tables<//>
      <${Button} icon="jobs" onClick=${() => setOpen("history")}>History<//>
      <${Options} value=${options} kind=${kind} engine=${target.engine} onChange=${setOptions} />
    </div>
    <${Splitter} name="query" label="Width of the list of tables" side=${side}>
      <div class="query-work">
        <${Editor} key=${kind} handle=${editor} engine=${target.engine} names=${names} text=${first} collection=${() => collection}
          onChange=${(text) => keepDraft(draft, text)} onRun=${run} />
        ${wrong && html`<${ErrorBox} error=${wrong} />`}
        <${Results} runs=${runs} target=${target} />
      </div>
    <//>
    ${open === "history" && html`<${HistoryDialog} targets=${targets} onChoose=${put} onClose=${() => setOpen(null)} />`}
    ${open === "tables" && html`<${Dialog} title="Tables" onClose=${() => setOpen(null)}><div class="query-side-dialog">${side}</div><//>`}
  <//>`;
}

/** The character that the server objects to, counted from 0; null where it names none. */
function placeOf({ details }, text) {
  // Counted from 1, and in whole characters, where the editor counts UTF-16.
  if (details.position) return [...text].slice(0, details.position - 1).join("").length;
  // MySQL and MariaDB tell no place: they quote the words behind it.
  const [, near] = /near ['"]([^'"\n]+)/.exec(details.server_message ?? "") ?? [];
  const found = near ? text.toLowerCase().indexOf(near.toLowerCase()) : -1;
  return found >= 0 && text.toLowerCase().indexOf(near.toLowerCase(), found + 1) < 0 ? found : null;
}
