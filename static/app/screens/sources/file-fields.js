import { html, useEffect, useRef, useState } from "../../html.js";
import { bytes, plural } from "../../format.js";
import { upload } from "../../files.js";
import { here, path, scope } from "../../workspace.js";
import { Fold, Progress } from "../../ui/bits.js";
import { Button } from "../../ui/button.js";
import { Dialog } from "../../ui/dialog.js";
import { ErrorBox } from "../../ui/error-box.js";
import { Field, Form, Select } from "../../ui/form.js";
import { Icon } from "../../ui/icon.js";
import { useLoad } from "../../ui/work.js";
import { EngineOptions } from "./database-fields.js";

const FORMATS = [["", "By its ending"], ["csv", "CSV"], ["tsv", "TSV"], ["json", "JSON"], ["jsonl", "JSON Lines"], ["parquet", "Parquet"], ["excel", "Excel"]].map(([value, label]) => ({ value, label }));
const YES = [{ value: "", label: "Told by the values" }, { value: "true", label: "Yes" }, { value: "false", label: "No" }];

/** A file: one that is dropped here, one that was sent before, or one of the server's. */
export function FileFields({ engine, values, set, onFile }) {
  const { data: sent, reload } = useLoad((signal) => here.get("data/files", {}, { signal }), []);
  const choose = (file) => {
    set({ database: file.path, options: {} });
    onFile(file.path);
  };
  const done = (file) => {
    reload();
    choose(file);
  };
  const option = (name, value) => {
    const { [name]: _, ...others } = values.options;
    set({ options: value === "" ? others : { ...others, [name]: value } });
  };
  const choice = (label, name, options) => html`<${Select} label=${label} path=${`database.options.${name}`} options=${options} value=${values.options[name] ?? ""} onChange=${(event) => option(name, event.target.value)} />`;
  const given = Object.keys(values.options).length;
  return html`
    <${Drop} onDone=${done} />
    ${sent?.length > 0 && html`<${Sent} sent=${sent} chosen=${values.database} onChoose=${choose} onGone=${reload} />`}
    <${Field} label="Path" path="database.database" value=${values.database} onInput=${(event) => set({ database: event.target.value })} autocomplete="off" spellcheck=${false} placeholder="uploads/orders.csv"
      help="Below the files folder of the server. With * and ? it is one table of many files; a folder has a table for each." />
    <${Fold} title="How it is written" note=${given ? `${plural(given, "option")} set` : "told by the file itself"}>
      ${choice("Format", "format", FORMATS)}
      ${choice("The first row holds the names", "header", YES)}
      <${EngineOptions} engine=${engine} values=${values} onOption=${option} leave=${["format", "header"]} />
    <//>`;
}

/** Where files are dropped, or chosen by a button; each shows how far it is. */
function Drop({ onDone }) {
  const [over, setOver] = useState(false);
  const [sending, setSending] = useState([]);
  const input = useRef(null);
  const aborter = useRef(new AbortController());
  useEffect(() => () => aborter.current.abort(), []);
  const change = (file, next) => setSending((all) => all.map((one) => (one.file === file ? { ...one, ...next } : one)));
  const send = async (file) => {
    setSending((all) => [...all.filter((one) => one.file.name !== file.name), { file, done: 0 }]);
    try {
      const onProgress = (done) => change(file, { done });
      const kept = await upload(path("data/files"), file, { query: { name: file.name, scope: scope.value }, signal: aborter.current.signal, onProgress });
      setSending((all) => all.filter((one) => one.file !== file));
      onDone(kept);
    } catch (error) {
      if (error.name !== "AbortError") change(file, { error });
    }
  };
  const take = async (files) => {
    for (const file of files) await send(file);
  };
  const hover = (inside) => (event) => {
    event.preventDefault();
    setOver(inside);
  };
  const drop = (event) => {
    event.preventDefault();
    setOver(false);
    take([...event.dataTransfer.files]);
  };
  return html`<div class=${over ? "drop over" : "drop"} onDragOver=${hover(true)} onDragLeave=${hover(false)} onDrop=${drop}>
      <${Icon} name="upload" />
      <p>Drop a file here: CSV, TSV, JSON, JSON Lines, Parquet, Excel or SQLite</p>
      <input type="file" multiple hidden ref=${input} aria-label="Files to send" onChange=${() => take([...input.current.files])} />
      <${Button} onClick=${() => input.current.click()}>Choose files<//>
    </div>
    ${sending.length > 0 && html`<ul class="uploads">${sending.map(({ file, done, error }) => html`<li key=${file.name} class="upload">
      <div class="row"><span class="grow">${file.name}</span><span class="quiet number">${bytes(done)} of ${bytes(file.size)}</span></div>
      ${error ? html`<${ErrorBox} error=${error} retry=${() => send(file)} />` : html`<${Progress} label=${`Sending ${file.name}`} value=${done} max=${file.size || 1} />`}
    </li>`)}</ul>`}`;
}

function Sent({ sent, chosen, onChoose, onGone }) {
  const [doomed, setDoomed] = useState(null);
  return html`<fieldset class="choices"><legend>Sent before</legend>
    ${sent.map((file) => html`<div key=${file.name} class="file-row">
      <input type="radio" name="sent" id=${`sent-${file.name}`} checked=${file.path === chosen} onChange=${() => onChoose(file)} />
      <label for=${`sent-${file.name}`}>${file.name}</label><span class="quiet number">${bytes(file.size)}</span>
      <${Button} kind="quiet" small icon="trash" label=${`Delete ${file.name}`} onClick=${() => setDoomed(file)} />
    </div>`)}
    ${doomed && html`<${Delete} file=${doomed} onGone=${() => { setDoomed(null); onGone(); }} onClose=${() => setDoomed(null)} />`}
  </fieldset>`;
}

function Delete({ file, onGone, onClose }) {
  const remove = async () => {
    await here.delete(`data/files/${encodeURIComponent(file.name)}`);
    onGone();
  };
  return html`<${Dialog} title="Delete this file?" onClose=${onClose}>
    <${Form} onSend=${remove} submit="Delete file" danger onCancel=${onClose}>
      <p><code>${file.name}</code>, ${bytes(file.size)}, goes from the server for good. Sources that read it cannot be read any more; their copies stay.</p>
    <//>
  <//>`;
}
