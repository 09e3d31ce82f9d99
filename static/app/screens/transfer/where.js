import { html, useState } from "../../html.js";
import { me } from "../../session.js";
import { scope, workspace, workspaceId, workspaces } from "../../workspace.js";
import { Field, Form, Select } from "../../ui/form.js";
import { SecretField } from "../../ui/secret-field.js";

const CONFLICTS = [
  { value: "update", label: "Update what is there" },
  { value: "skip", label: "Leave what is there" },
  { value: "copy", label: "Add it beside, under another id" },
];

/** Into which workspace, what happens to what is there, and the passphrase. */
export function Where({ file, onSend }) {
  const from = file.document?.workspace;
  const sealed = Boolean(file.document?.secrets);
  const [into, setInto] = useState("new");
  const [whose, setWhose] = useState(scope.value);
  const [conflict, setConflict] = useState("update");
  const open = workspace.value?.name ?? workspaceId.value;
  const targets = [
    { value: "new", label: "A new workspace" },
    { value: "open", label: `The open workspace, ${open}` },
    // An archive is not looked into before it is sent.
    { value: "same", label: from ? `The workspace of the file, ${from.id}` : "The workspace of the file" },
  ];
  const send = ({ name, passphrase }) => onSend({
    scope: into === "open" ? scope.value : whose,
    workspace_id: { new: freshId, open: () => workspace.value?.id ?? workspaceId.value }[into]?.(),
    name: into === "open" ? undefined : name || undefined,
    on_conflict: conflict,
    passphrase: passphrase || undefined,
  });
  const owners = [{ value: "user", label: "You alone" }, { value: "organization", label: `Everybody in ${me.value.organization}` }];
  return html`<${Form} onSend=${send} submit="See what would happen">
    <${Select} label="Where it goes" path="workspace_id" options=${targets} value=${into} onChange=${(event) => setInto(event.target.value)} />
    ${into !== "open" && html`<${Field} key=${into} label="Name" name="name" maxlength="200" defaultValue=${from ? (into === "new" ? unlike(from.name, whose) : from.name) : ""} optional=${!from} help=${from ? null : "The one in the file unless you give another."} />`}
    ${into !== "open" && me.value.role !== "viewer" && html`<${Select} label="Who sees it" path="scope" options=${owners} value=${whose} onChange=${(event) => setWhose(event.target.value)} />`}
    ${into !== "new" && html`<${Select} label="Where an id is taken" path="on_conflict" options=${CONFLICTS} value=${conflict} onChange=${(event) => setConflict(event.target.value)}
      help="Of projects, and of the workspace of the file. Sources that are there stay as they are." />`}
    ${(sealed || !file.document) && html`<${SecretField} label="Passphrase" name="passphrase" help="The one of the export. Without it the sources wait for their credentials." />`}
  <//>`;
}

// Two of one name could not be told apart.
function unlike(name, whose) {
  const taken = new Set((workspaces.value ?? []).filter((one) => one.scope === whose).map((one) => one.name));
  let [given, number] = [name, 2];
  for (; taken.has(given); number += 1) given = `${name} ${number}`;
  return given;
}

const freshId = () => `ws_${crypto.getRandomValues(new BigUint64Array(2)).join("")}`;
