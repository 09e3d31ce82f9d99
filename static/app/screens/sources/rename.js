import { html, useState } from "../../html.js";
import { here } from "../../workspace.js";
import { Field, Form } from "../../ui/form.js";
import { toast } from "../../ui/toast.js";

/** The name of a source, which is changed by itself: nothing is dialled for it. */
export function Rename({ source, onRenamed }) {
  const [name, setName] = useState(source.name);
  const same = name.trim() === source.name;
  const send = async () => {
    const renamed = await here.post(`data/sources/${encodeURIComponent(source.id)}/rename`, { name: name.trim() });
    setName(renamed.name);
    toast(`It is called ${renamed.name} now`);
    onRenamed(renamed.name);
  };
  return html`<div class="rename"><${Form} onSend=${send} submit="Rename" disabled=${same}>
    <${Field} label="Name" path="name" value=${name} onInput=${(event) => setName(event.target.value)} maxlength="200" autocomplete="off" spellcheck=${false}
      help="Its tables, schemas, copies and jobs stay; statements on the copies call it by the new name." />
  <//></div>`;
}
