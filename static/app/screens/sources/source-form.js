// The form of a source, new or kept: tested first, then connected.

import { html, useRef, useState } from "../../html.js";
import { here } from "../../workspace.js";
import { Field, Form } from "../../ui/form.js";
import { Button } from "../../ui/button.js";
import { useAction } from "../../ui/work.js";
import { ApiFields } from "./api-fields.js";
import { DatabaseFields } from "./database-fields.js";
import { FileFields } from "./file-fields.js";
import { Inferred, Look, TableChoice } from "./found.js";
import { TestPanel, useTest } from "./test.js";
import { connectionOf } from "./values.js";

const FIELDS = { api: ApiFields, file: FileFields };
const SQLITE = /\.(sqlite3?|db3?)$/i;

/**
 * @param {{engines: object[], values: object, onValues: (values: object) => void, kept?: string[], save: string, check?: (values: object) => void,
 *   only?: Function, onSaved: (answer: object) => void, children: any}} props
 *   `kept` are the names of secrets that are there already, `save` what the last step is called, `check` throws where it may not be taken,
 *   `only` are the fields in place of all that the engine has
 */
export function SourceForm({ engines, values, onValues, kept = [], only, save, check, onSaved, onCancel, children }) {
  const engine = engines.find((one) => one.name === values.engine);
  const [tested, setTested] = useState(null);
  const [wanted, setWanted] = useState(null);
  const intent = useRef(null);
  const secrets = useRef({});
  const test = useTest();
  const current = useRef(values);
  current.current = values;
  const asked = (name) => connectionOf({ ...current.current, ...(name === false ? { tables: [], ignoreTables: [] } : {}) }, engineOf(engines, current.current), secrets.current);
  const looking = useAction(async () => {
    const { tables } = await here.post("data/infer-schema", { database: asked(false) });
    return setWanted(tables);
  });
  const set = (change) => {
    const choice = Object.keys(change).every((name) => ["name", "tables", "ignoreTables"].includes(name));
    if (!choice) {
      setTested(null);
      setWanted(null);
      test.clear();
      looking.clear();
    }
    onValues({ ...current.current, ...change });
    current.current = { ...current.current, ...change };
  };
  const read = (fields) => {
    secrets.current = { password: fields.password, api_key: fields.api_key, headers: fields.headers, tls_key: fields.tls_key };
  };
  const runTest = async () => {
    setTested(null);
    const report = await test.run({ database: asked() });
    if (!report) return;
    setTested(report);
    if (["api", "file"].includes(report.server.engine)) looking.run();
  };
  const send = async (fields) => {
    const wish = intent.current ?? (tested ? "connect" : "test");
    intent.current = null;
    read(fields);
    if (wish === "test") return runTest();
    await check?.(values);
    const answer = await here.post("data/connect", { database: asked() });
    return onSaved(answer);
  };
  const other = tested ? "test" : "connect";
  const words = { test: tested ? "Test again" : "Test", connect: save };
  const Fields = only ?? FIELDS[engine?.name] ?? DatabaseFields;
  const onFile = (path) => {
    if (!values.name) set({ name: path.replace(/^.*\//, "").replace(/\.[^.]*$/, "") });
    if (!SQLITE.test(path)) looking.run();
  };
  const isDatabase = engine && !["api", "file"].includes(engine.name);
  return html`<div class="with-panel">
    <${Form} onSend=${send} submit=${tested ? save : "Test"} disabled=${!engine} actions=${engine && html`
        <${Button} type="submit" onClick=${() => { intent.current = other; }}>${words[other]}<//>
        ${onCancel && html`<${Button} kind="quiet" onClick=${onCancel}>Cancel<//>`}`}>
      ${children(set)}
      ${engine && html`<${Fields} engine=${engine} values=${values} set=${set} kept=${kept} onFile=${onFile} />`}
    <//>
    <div class="panel">
      <${TestPanel} test=${test} network=${engine?.capability.network} />
      ${isDatabase && tested?.access.tables > 0 && !wanted && html`<${Look} action=${looking} label="Choose tables" about="All are taken unless you choose." />`}
      ${isDatabase && wanted && html`<${TableChoice} tables=${wanted} values=${values} set=${set} />`}
      ${engine && !isDatabase && (wanted ? html`<${Inferred} tables=${wanted} note=${noteOf(wanted)} />` : looking.busy || looking.error || tested ? html`<${Look} action=${looking} label=${engine.name === "api" ? "Try the first page" : "Look into it"} />` : null)}
    </div>
  </div>`;
}

// A database file that was sent is its own engine's.
function engineOf(engines, values) {
  const name = values.engine === "file" && SQLITE.test(values.database) ? "sqlite" : values.engine;
  return engines.find((one) => one.name === name);
}

function noteOf([table]) {
  const { delimiter, header, encoding } = table?.options ?? {};
  if (delimiter === undefined) return null;
  return [`Values are parted by ${delimiter === "\t" ? "tabs" : `“${delimiter}”`}`, header === undefined ? "" : header ? "the first row holds the names" : "no row of names", encoding].filter(Boolean).join("; ");
}

/** The name under which a source is kept. */
export function NameField({ values, set, help }) {
  return html`<${Field} label="Name" path="database.name" value=${values.name} onInput=${(event) => set({ name: event.target.value })} maxlength="200" optional autocomplete="off" help=${help} />`;
}
