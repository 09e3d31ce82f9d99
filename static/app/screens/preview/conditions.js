import { html, useState } from "../../html.js";
import { isNumber } from "../../ui/cell.js";
import { Button } from "../../ui/button.js";
import { Dialog } from "../../ui/dialog.js";
import { Field, Form, Select } from "../../ui/form.js";
import { Icon } from "../../ui/icon.js";
import { TESTS } from "./request.js";

/** The filters of columns: what is set, each with a cross, and a form for one more. */
export function Conditions({ all, columns, onChange }) {
  const [open, setOpen] = useState(false);
  return html`
    ${all.map((one, at) => html`<button type="button" key=${one.join(" ")} class="chip" aria-label=${`Remove the filter ${wordsOf(one)}`} onClick=${() => onChange(all.toSpliced(at, 1))}>
      <span class="truncate">${wordsOf(one)}</span><${Icon} name="close" /></button>`)}
    <${Button} icon="add" disabled=${columns.length === 0} onClick=${() => setOpen(true)}>Filter<//>
    ${open && html`<${Add} columns=${columns} onAdd=${(one) => { setOpen(false); onChange([...all, one]); }} onClose=${() => setOpen(false)} />`}`;
}

function wordsOf([column, test, value]) {
  const { sign, alone } = TESTS.find((one) => one.id === test);
  return alone ? `${column} ${sign}` : `${column} ${sign} ${value}`;
}

function Add({ columns, onAdd, onClose }) {
  const [column, setColumn] = useState(columns[0].name);
  const [test, setTest] = useState(isNumber(columns[0]) ? "eq" : "contains");
  const { alone, help } = TESTS.find((one) => one.id === test);
  const send = async ({ value = "" }) => onAdd([column, test, value]);
  const choose = (name) => {
    setColumn(name);
    setTest(isNumber(columns.find((one) => one.name === name)) ? "eq" : "contains");
  };
  return html`<${Dialog} title="Filter rows" onClose=${onClose}>
    <${Form} onSend=${send} submit="Add filter" onCancel=${onClose}>
      <${Select} label="Column" options=${columns.map(({ name }) => ({ value: name, label: name }))} value=${column} onChange=${(event) => choose(event.target.value)} />
      <${Select} label="Test" options=${TESTS.map(({ id, label }) => ({ value: id, label }))} value=${test} onChange=${(event) => setTest(event.target.value)} />
      ${!alone && html`<${Field} label="Value" name="value" help=${help} autocomplete="off" spellcheck=${false} autofocus />`}
    <//>
  <//>`;
}
