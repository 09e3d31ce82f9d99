import { html, useRef, useState } from "../html.js";
import { plural } from "../format.js";
import { go, href } from "../router.js";
import { here, mayWrite, scope } from "../workspace.js";
import { Empty, RelativeTime, Skeleton } from "../ui/bits.js";
import { Button } from "../ui/button.js";
import { ErrorBox } from "../ui/error-box.js";
import { Page } from "../ui/page.js";
import { toast } from "../ui/toast.js";
import { useAction, useLoad } from "../ui/work.js";
import { EditProject } from "./projects/edit.js";

/** The projects of the workspace. */
export default function Projects() {
  const { data, error, reload } = useLoad((signal) => here.get("projects/list", { scopes: scope.value, scope: "" }, { signal }), []);
  const [making, setMaking] = useState(false);
  const actions = mayWrite.value && html`<${Import} /><${Button} kind="primary" icon="add" onClick=${() => setMaking(true)}>New project<//>`;
  const made = ({ project_id: id }) => go(`/projects/${encodeURIComponent(id)}`);
  return html`<${Page} title="Projects" about="A project puts sources together for a purpose." actions=${actions}>
    ${error && html`<${ErrorBox} error=${error} retry=${reload} />`}
    ${!data && !error && html`<${Skeleton} />`}
    ${data?.length === 0 && html`<${Empty} icon="projects" title="No project yet">Choose the sources that belong together, and hand them on as one document.<//>`}
    ${data?.length > 0 && html`<div class="table-wrap" tabIndex="0" role="region" aria-label="Projects"><table class="table">
      <thead><tr><th scope="col">Name</th><th scope="col">Sources</th><th scope="col">Changed</th></tr></thead>
      <tbody>${data.map((project) => html`<tr key=${project.id}>
        <th scope="row"><a href=${href(`/projects/${encodeURIComponent(project.id)}`)}>${project.name}</a>
          ${project.description && html`<div class="quiet small-text">${project.description}</div>`}</th>
        <td>${plural(project.source_count, "source")}</td>
        <td class="fit"><${RelativeTime} at=${project.updated_at} /></td>
      </tr>`)}</tbody>
    </table></div>`}
    ${making && html`<${EditProject} project=${{}} onSaved=${made} onClose=${() => setMaking(false)} />`}
  <//>`;
}

function Import() {
  const input = useRef(null);
  const importing = useAction(async (file) => {
    const done = await here.post("projects/import-project", { export_data: JSON.parse(await file.text()) });
    toast(`Project ${done.project.name} ${done.outcome}`);
    go(`/projects/${encodeURIComponent(done.project_id)}`);
  });
  const chosen = () => input.current.files[0] && importing.run(input.current.files[0]);
  return html`
    <input type="file" accept="application/json,.json" hidden ref=${input} onChange=${chosen} />
    <${Button} icon="upload" busy=${importing.busy} onClick=${() => input.current.click()}>Import<//>
    ${importing.error && html`<${ErrorBox} error=${readable(importing.error)} />`}`;
}

function readable(error) {
  if (!(error instanceof SyntaxError)) return error;
  return Object.assign(error, { message: "This file is no exported project.", hint: "Choose the JSON file that an export made." });
}
