import { html, useState } from "../html.js";
import { save } from "../files.js";
import { plural } from "../format.js";
import { go, href } from "../router.js";
import { here, mayWrite, scope } from "../workspace.js";
import { Badge, Empty, Fact, RelativeTime, Skeleton } from "../ui/bits.js";
import { Button } from "../ui/button.js";
import { ConfirmByName } from "../ui/confirm-by-name.js";
import { CopyButton } from "../ui/copy-button.js";
import { Dialog } from "../ui/dialog.js";
import { ErrorBox } from "../ui/error-box.js";
import { Field, Form } from "../ui/form.js";
import { Menu } from "../ui/menu.js";
import { Page } from "../ui/page.js";
import { toast } from "../ui/toast.js";
import { useAction, useLoad } from "../ui/work.js";
import { EditProject } from "./projects/edit.js";

/** One project: its sources, and what can be done with it. */
export default function Project({ params }) {
  const { data, error, reload } = useLoad((signal) => here.get("projects/load", { project_id: params.id }, { signal }), [params.id]);
  const [open, setOpen] = useState(null);
  const close = () => setOpen(null);
  const exporting = useAction(() => exportProject(data));
  const back = { href: href("/projects"), text: "Projects" };
  if (!data) return html`<${Page} title="Project" back=${back}>${error ? html`<${ErrorBox} error=${error} retry=${reload} />` : html`<${Skeleton} />`}<//>`;
  const actions = html`
    <${Button} icon="download" busy=${exporting.busy} onClick=${exporting.run}>Export<//>
    ${mayWrite.value && html`<${Button} icon="edit" onClick=${() => setOpen("edit")}>Edit<//>
      <${Menu} icon="more" label="More" items=${[
        { text: "Copy", icon: "copy", onClick: () => setOpen("copy") },
        { text: "Delete", icon: "trash", danger: true, onClick: () => setOpen("delete") },
      ]} />`}`;
  const saved = () => {
    close();
    toast("Saved");
    reload();
  };
  return html`<${Page} title=${data.name} about=${data.description} back=${back} actions=${actions}>
    ${exporting.error && html`<${ErrorBox} error=${exporting.error} />`}
    <dl class="facts">
      <${Fact} label="Id"><span class="row whole"><code class="truncate">${data.id}</code><${CopyButton} small text=${data.id} label="Copy id" /></span><//>
      <${Fact} label="Made"><${RelativeTime} at=${data.created_at} /><//>
      <${Fact} label="Changed"><${RelativeTime} at=${data.updated_at} /><//>
    </dl>
    <section class="section"><h2>Sources</h2><${Sources} sources=${data.sources} /></section>
    ${open === "edit" && html`<${EditProject} project=${data} onSaved=${saved} onClose=${close} />`}
    ${open === "copy" && html`<${Copy} project=${data} onClose=${close} />`}
    ${open === "delete" && html`<${Delete} project=${data} onClose=${close} />`}
  <//>`;
}

function Sources({ sources }) {
  if (sources.length === 0) return html`<${Empty} icon="sources" title="No source in it">Edit the project to choose some.<//>`;
  return html`<div class="table-wrap" tabIndex="0" role="region" aria-label="Sources"><table class="table">
    <thead><tr><th scope="col">Name</th><th scope="col">Engine</th><th scope="col" class="number">Tables</th></tr></thead>
    <tbody>${sources.map((source) => html`<tr key=${source.id}><th scope="row">${source.name} ${source.status === "needs_credentials" && html`<${Badge} kind="warn">Needs credentials<//>`}</th>
      <td>${source.engine ?? source.type}</td><td class="number">${source.table_count}</td></tr>`)}</tbody>
  </table></div>`;
}

function Copy({ project, onClose }) {
  const send = async ({ name }) => {
    const made = await here.post("projects/copy", { scope: undefined, project: { id: project.id, scope: scope.value }, name });
    onClose();
    toast(`Copied as ${name}`);
    go(`/projects/${encodeURIComponent(made.project_id)}`);
  };
  return html`<${Dialog} title=${`Copy ${project.name}`} onClose=${onClose}>
    <${Form} onSend=${send} submit="Copy" onCancel=${onClose}>
      <${Field} label="Name of the copy" name="name" defaultValue=${`${project.name}, copy`} maxlength="200" autofocus help="It refers to the same sources; none is copied." />
    <//>
  <//>`;
}

function Delete({ project, onClose }) {
  const remove = async () => {
    await here.post("projects/cleanup", { project_ids: [project.id] });
    onClose();
    toast(`Project ${project.name} deleted`);
    go("/projects");
  };
  const stays = project.source_count > 0 ? `Its ${plural(project.source_count, "source")} stay as they are.` : "";
  return html`<${ConfirmByName} what="project" name=${project.name} goes=${["Its name, description and choice of sources"]} stays=${stays}
    exportFirst=${() => exportProject(project)} onConfirm=${remove} onClose=${onClose} />`;
}

async function exportProject(project) {
  const document = await here.post("projects/export-project", { scope: undefined, project: { id: project.id, scope: scope.value } });
  save(JSON.stringify(document), `${project.name}.json`, "application/json");
}
