import { html, useState } from "../html.js";
import { callOf, post } from "../api.js";
import { save } from "../files.js";
import { plural } from "../format.js";
import { href, route } from "../router.js";
import { me } from "../session.js";
import { refreshWorkspaces, workspace, workspaces } from "../workspace.js";
import { Badge, RelativeTime } from "../ui/bits.js";
import { Button } from "../ui/button.js";
import { ConfirmByName } from "../ui/confirm-by-name.js";
import { Dialog } from "../ui/dialog.js";
import { Field, Form, Select, TextField } from "../ui/form.js";
import { Menu } from "../ui/menu.js";
import { Page } from "../ui/page.js";
import { toast } from "../ui/toast.js";

/** All workspaces of the caller: one's own, and those that the organization shares. */
export default function Workspaces() {
  const [edited, setEdited] = useState(null);
  const [doomed, setDoomed] = useState(null);
  const all = workspaces.value;
  return html`<${Page} title="Workspaces" about="A workspace holds sources, their copies, and projects." call=${callOf("GET", "/workspaces/list")}
    actions=${html`<${Button} kind="primary" icon="add" onClick=${() => setEdited({})}>New workspace<//>`}>
    <${Group} title="Yours" all=${all.filter((one) => one.scope === "user")} onEdit=${setEdited} onDelete=${setDoomed} />
    <${Group} title=${`Shared in ${me.value.organization}`} all=${all.filter((one) => one.scope === "organization")} onEdit=${setEdited} onDelete=${setDoomed} />
    ${edited && html`<${Edit} one=${edited} onClose=${() => setEdited(null)} />`}
    ${doomed && html`<${Delete} one=${doomed} onClose=${() => setDoomed(null)} />`}
  <//>`;
}

function Group({ title, all, onEdit, onDelete }) {
  if (all.length === 0) return null;
  return html`<section class="section"><h2>${title}</h2>
    <div class="table-wrap" tabIndex="0" role="region" aria-label=${title}><table class="table">
      <thead><tr><th scope="col">Name</th><th scope="col" class="number">Sources</th><th scope="col" class="number wide-only">Projects</th><th scope="col" class="wide-only">Changed</th><th scope="col"><span class="unseen">Actions</span></th></tr></thead>
      <tbody>${all.map((one) => html`<${Row} key=${one.id} one=${one} onEdit=${onEdit} onDelete=${onDelete} />`)}</tbody>
    </table></div>
  </section>`;
}

function Row({ one, onEdit, onDelete }) {
  const open = one.id === workspace.value?.id && one.scope === workspace.value?.scope;
  const writes = one.scope === "user" || me.value.role !== "viewer";
  const target = href("/sources", { workspace: one.id, scope: one.scope === "organization" ? one.scope : "" });
  return html`<tr>
    <th scope="row"><a href=${target}>${one.name}</a> ${open && html`<${Badge} kind="info">Open<//>`}
      ${one.description && html`<div class="quiet small-text">${one.description}</div>`}</th>
    <td class="number">${one.source_count}</td>
    <td class="number wide-only">${one.project_count}</td>
    <td class="fit wide-only"><${RelativeTime} at=${one.updated_at} /></td>
    <td class="fit">${writes && html`<${Menu} kind="quiet" small icon="more" label=${`More of ${one.name}`} items=${[
      { text: "Rename and describe", icon: "edit", onClick: () => onEdit(one) },
      { text: "Delete", icon: "trash", danger: true, onClick: () => onDelete(one) },
    ]} />`}</td>
  </tr>`;
}

function Edit({ one, onClose }) {
  const isNew = !one.id;
  const [scope, setScope] = useState(one.scope ?? "user");
  const send = async ({ name, description }) => {
    await post("/workspaces/save", { id: one.id, name, description, scope });
    await refreshWorkspaces();
    toast(isNew ? `Workspace ${name} made` : "Saved");
    onClose();
  };
  const whose = [{ value: "user", label: "You alone" }, { value: "organization", label: `Everybody in ${me.value.organization}` }];
  return html`<${Dialog} title=${isNew ? "New workspace" : `Edit ${one.name}`} onClose=${onClose}>
    <${Form} onSend=${send} submit=${isNew ? "Make workspace" : "Save"} onCancel=${onClose}>
      <${Field} label="Name" name="name" defaultValue=${one.name} maxlength="200" autofocus />
      <${TextField} label="Description" name="description" value=${one.description ?? ""} optional />
      ${isNew && me.value.role !== "viewer" && html`<${Select} label="Who sees it" path="scope" options=${whose} value=${scope} onChange=${(event) => setScope(event.target.value)} />`}
    <//>
  <//>`;
}

function Delete({ one, onClose }) {
  const path = `/workspaces/${encodeURIComponent(one.id)}`;
  const goes = [
    html`The workspace <strong>${one.name}</strong>`,
    one.source_count > 0 && `${plural(one.source_count, "source")} with credentials, schemas and all copied rows`,
    one.project_count > 0 && plural(one.project_count, "project"),
    "Files that were sent to it",
  ].filter(Boolean);
  const exportFirst = async () => {
    const document = await post(`${path}/export-tables`, { scope: one.scope, include_data: true });
    save(JSON.stringify(document), `${one.name}.json`, "application/json");
  };
  const remove = async () => {
    await post(`${path}/delete`, { scope: one.scope });
    if (route.peek().query.workspace === one.id) location.hash = "#/workspaces";
    await refreshWorkspaces();
    toast(`Workspace ${one.name} deleted`);
    onClose();
  };
  return html`<${ConfirmByName} what="workspace" name=${one.name} goes=${goes} stays="The databases themselves are not touched."
    exportFirst=${exportFirst} onConfirm=${remove} onClose=${onClose} />`;
}
