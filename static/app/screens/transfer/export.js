import { html, useState } from "../../html.js";
import { send } from "../../api.js";
import { save } from "../../files.js";
import { bytes, plural } from "../../format.js";
import { me } from "../../session.js";
import { path, scope, workspace, workspaceId } from "../../workspace.js";
import { Checkbox, Form, Select } from "../../ui/form.js";
import { Icon } from "../../ui/icon.js";
import { SecretField } from "../../ui/secret-field.js";
import { FORMATS } from "./formats.js";

/** What travels is said before it does. */
export function Export() {
  const [format, setFormat] = useState(FORMATS[0]);
  const [data, setData] = useState(false);
  const [sealed, setSealed] = useState(false);
  const [done, setDone] = useState(null);
  const maySeal = scope.value === "user" || me.value.role === "admin";
  const run = async ({ passphrase }) => {
    setDone(null);
    const body = { scope: scope.value, include_data: data, passphrase: sealed ? passphrase : undefined };
    const response = await send("POST", path("workspaces/export-tables"), { body, accept: format.accept });
    const content = await response.blob();
    const name = `${workspace.value?.name ?? workspaceId.value}.${format.ending}`;
    const summary = format.id === "document" ? JSON.parse(await content.text()).data.summary : null;
    save(content, name);
    setDone({ name, size: content.size, summary });
  };
  return html`<${Form} onSend=${run} submit="Export and download">
    ${FORMATS.length > 1 && html`<${Select} label="Format" options=${FORMATS.map(({ id, label }) => ({ value: id, label }))} value=${format.id} help=${format.help}
      onChange=${(event) => setFormat(FORMATS.find((one) => one.id === event.target.value))} />`}
    <${Checkbox} label="Take the copied rows along" checked=${data} onChange=${() => setData(!data)} help="Without them the copies are named, and a sync makes them anew." />
    ${maySeal ? html`<${Checkbox} label="Take the credentials along, sealed" checked=${sealed} onChange=${() => setSealed(!sealed)} help="By a passphrase that you choose; without it they stay here." />`
      : html`<p class="quiet">Credentials of a shared workspace travel with an admin alone.</p>`}
    ${sealed && html`<${SecretField} label="Passphrase" name="passphrase" autocomplete="new-password" help="12 characters or more. Nobody can open them without it." />`}
    <${Travels} data=${data} sealed=${sealed} />
    ${done && html`<p class="note good" role="status">Saved as ${done.name} (${bytes(done.size)})${done.summary && `: ${plural(done.summary.sources_exported, "source")}, ${plural(done.summary.total_tables, "table")}, ${plural(done.summary.projects_exported, "project")}, ${plural(done.summary.rows_exported, "row")}`}.</p>`}
  <//>`;
}

function Travels({ data, sealed }) {
  const lines = [
    [true, "Sources with their settings and tables, projects, and all versions of the schemas"],
    [data, "The copied rows, and where each sync goes on from"],
    [sealed, "Passwords and keys of the sources, sealed under the passphrase"],
    [false, "Files that were sent to the workspace, users, and tokens"],
  ];
  return html`<ul class="travels small-text" aria-label="What travels">${lines.map(([goes, text]) => html`<li key=${text} class=${goes ? "" : "stays"}><${Icon} name=${goes ? "check" : "close"} /><span><span class="unseen">${goes ? "Travels: " : "Stays: "}</span>${text}</span></li>`)}</ul>`;
}
