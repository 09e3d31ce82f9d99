import { html, useState } from "../../html.js";
import { here, scope } from "../../workspace.js";
import { Skeleton } from "../../ui/bits.js";
import { Dialog } from "../../ui/dialog.js";
import { ErrorBox } from "../../ui/error-box.js";
import { Checkbox, Field, Form, TextField } from "../../ui/form.js";
import { useLoad } from "../../ui/work.js";

/** Makes a project, or changes one: its name, what it is for, and its sources. */
export function EditProject({ project, onSaved, onClose }) {
  const { data: sources, error } = useLoad((signal) => here.get("data/list", {}, { signal }), []);
  const [chosen, setChosen] = useState(new Set(project.source_ids ?? []));
  const toggle = (id) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };
  const send = async ({ name, description }) => {
    const saved = { id: project.id, name, description, scope: scope.value, source_ids: [...chosen] };
    onSaved(await here.post("projects/save", { scope: undefined, project: saved }));
  };
  const isNew = !project.id;
  return html`<${Dialog} title=${isNew ? "New project" : `Edit ${project.name}`} onClose=${onClose}>
    <${Form} onSend=${send} submit=${isNew ? "Make project" : "Save"} onCancel=${onClose} disabled=${!sources}>
      <${Field} label="Name" name="name" path="project.name" defaultValue=${project.name} maxlength="200" autofocus />
      <${TextField} label="Description" name="description" path="project.description" value=${project.description ?? ""} optional />
      <fieldset class="choices"><legend>Sources</legend>
        ${error && html`<${ErrorBox} error=${error} />`}
        ${!sources && !error && html`<${Skeleton} lines=${2} />`}
        ${sources?.length === 0 && html`<p class="quiet">This workspace has no source yet.</p>`}
        ${sources?.map((source) => html`<${Checkbox} key=${source.id} label=${source.name} checked=${chosen.has(source.id)} onChange=${() => toggle(source.id)} />`)}
      </fieldset>
    <//>
  <//>`;
}
