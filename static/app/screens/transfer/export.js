import { html, useEffect, useRef, useState } from "../../html.js";
import { send } from "../../api.js";
import { received, save } from "../../files.js";
import { bytes, plural } from "../../format.js";
import { me } from "../../session.js";
import { path, scope, workspace, workspaceId } from "../../workspace.js";
import { Checkbox, Form, Select } from "../../ui/form.js";
import { Icon } from "../../ui/icon.js";
import { SecretField } from "../../ui/secret-field.js";
import { FORMATS } from "./formats.js";
import { Moving } from "./moving.js";

/** What travels is said before it does. */
export function Export() {
  const [format, setFormat] = useState(FORMATS[0]);
  const [data, setData] = useState(false);
  const [sealed, setSealed] = useState(false);
  const [moving, setMoving] = useState(null);
  const [done, setDone] = useState(null);
  const aborter = useRef(null);
  useEffect(() => () => aborter.current?.abort(), []);
  const maySeal = scope.value === "user" || me.value.role === "admin";
  const run = async ({ passphrase }) => {
    aborter.current = new AbortController();
    const { signal } = aborter.current;
    setDone(null);
    setMoving({ done: 0 });
    try {
      const body = { scope: scope.value, include_data: data, passphrase: sealed ? passphrase : undefined };
      const response = await send("POST", path("workspaces/export-tables"), { body, accept: format.accept, signal });
      const content = await received(response, (count) => setMoving({ done: count }), signal);
      const name = `${workspace.value?.name ?? workspaceId.value}.${format.ending}`;
      const summary = format.id === "document" ? JSON.parse(await content.text()).data.summary : null;
      save(content, name);
      setDone({ name, size: content.size, summary });
    } finally {
      setMoving(null);
    }
  };
  return html`<${Form} onSend=${run} submit="Export and download">
    <${Select} label="Format" options=${FORMATS.map(({ id, label }) => ({ value: id, label }))} value=${format.id} help=${format.help}
      onChange=${(event) => setFormat(FORMATS.find((one) => one.id === event.target.value))} />
    <${Checkbox} label="Take the copied rows along" checked=${data} onChange=${() => setData(!data)}
      help=${format.id === "archive" ? "And the files that were sent to the workspace. Without them a sync makes the copies anew." : "Without them the copies are named, and a sync makes them anew."} />
    ${maySeal ? html`<${Checkbox} label="Take the credentials along, sealed" checked=${sealed} onChange=${() => setSealed(!sealed)} help="By a passphrase that you choose; without it they stay here." />`
      : html`<p class="quiet">Credentials of a shared workspace travel with an admin alone.</p>`}
    ${sealed && html`<${SecretField} label="Passphrase" name="passphrase" autocomplete="new-password" help="12 characters or more. Nobody can open them without it." />`}
    <${Travels} data=${data} sealed=${sealed} files=${data && format.id === "archive"} />
    ${moving && html`<${Moving} label="Exporting" words=${moving.done ? `${bytes(moving.done)} received` : "The workspace is being read"} onCancel=${() => aborter.current.abort()} />`}
    ${done && html`<p class="note good" role="status">Saved as ${done.name} (${bytes(done.size)})${done.summary && `: ${plural(done.summary.sources_exported, "source")}, ${plural(done.summary.total_tables, "table")}, ${plural(done.summary.projects_exported, "project")}, ${plural(done.summary.rows_exported, "row")}`}.</p>`}
  <//>`;
}

function Travels({ data, sealed, files }) {
  const lines = [
    [true, "Sources with their settings and tables, projects, and all versions of the schemas"],
    [data, "The copied rows, and where each sync goes on from"],
    [sealed, "Passwords and keys of the sources, sealed under the passphrase"],
    [files, "Files that were sent to the workspace"],
    [false, "Users and tokens"],
  ];
  return html`<ul class="travels small-text" aria-label="What travels">${lines.map(([goes, text]) => html`<li key=${text} class=${goes ? "" : "stays"}><${Icon} name=${goes ? "check" : "close"} /><span><span class="unseen">${goes ? "Travels: " : "Stays: "}</span>${text}</span></li>`)}</ul>`;
}
