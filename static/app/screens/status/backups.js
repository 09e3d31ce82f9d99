import { html, useState } from "../../html.js";
import { call, get, post } from "../../api.js";
import { download } from "../../files.js";
import { bytes, count } from "../../format.js";
import { Badge, Empty, Fact, Progress, RelativeTime, Skeleton } from "../../ui/bits.js";
import { Button } from "../../ui/button.js";
import { CopyButton } from "../../ui/copy-button.js";
import { Dialog } from "../../ui/dialog.js";
import { ErrorBox } from "../../ui/error-box.js";
import { Checkbox, Form } from "../../ui/form.js";
import { toast } from "../../ui/toast.js";
import { useAction, useLoad } from "../../ui/work.js";
import { interval } from "./uptime.js";

/**
 * The backups: a button for one, the schedule, and the files. `asking` is whether one is being asked for.
 */
export function Backups({ status, asking, onAsk, onChange }) {
  const { data, error, reload } = useLoad((signal) => get("/admin/backups", undefined, { signal }), [status]);
  const [left, setLeft] = useState([]);
  const [doomed, setDoomed] = useState(null);
  const making = useAction(async (include_key) => {
    const made = await post("/admin/backups", { include_key });
    setLeft(made.left_out ?? []);
    toast("Backup made");
    onChange();
  });
  const begin = async (withKey) => {
    onAsk(false);
    making.run(withKey);
  };
  const { running, last_failure: failure } = status;
  return html`<section class="section">
    <div class="section-head"><h2 class="grow">Backups</h2><${Button} kind="primary" icon="add" busy=${making.busy} onClick=${() => onAsk(true)}>Back up now<//></div>
    <${Schedule} status=${status} />
    ${(making.busy || running) && html`<${Progress} label="A backup is being made" />`}
    ${making.error && html`<${ErrorBox} error=${making.error} />`}
    ${failure && html`<p class="note warn">The last try failed <${RelativeTime} at=${failure.at} />: ${failure.message}</p>`}
    ${status.folder_error && html`<p class="note warn">The folder cannot be looked at: ${status.folder_error}</p>`}
    ${left.length > 0 && html`<div class="note"><p>Not in it:</p><ul class="goes">${left.map((one) => html`<li key=${one}>${one}</li>`)}</ul></div>`}
    ${error && html`<${ErrorBox} error=${error} retry=${reload} />`}
    ${!data && !error && html`<${Skeleton} lines=${2} />`}
    ${data?.length === 0 && html`<${Empty} icon="download" title="No backup yet">A backup is one file with the store, the copies and the files, made while the server works.<//>`}
    ${data?.length > 0 && html`<div class="table-wrap" tabIndex="0" role="region" aria-label="Backups"><table class="table">
      <thead><tr><th scope="col">Name</th><th scope="col">Made</th><th scope="col" class="number">Size</th><th scope="col"><span class="unseen">Actions</span></th></tr></thead>
      <tbody>${data.map((one) => html`<${Row} key=${one.name} backup=${one} onDelete=${() => setDoomed(one)} />`)}</tbody>
    </table></div>`}
    ${asking && html`<${Ask} onSend=${begin} onClose=${() => onAsk(false)} />`}
    ${doomed && html`<${Delete} backup=${doomed} onDone=${() => { setDoomed(null); onChange(); }} onClose=${() => setDoomed(null)} />`}
  </section>`;
}

function Schedule({ status: { every_seconds: every, keep, next_at: next, last } }) {
  return html`<dl class="facts">
    <${Fact} label="Schedule">${every ? `Every ${interval(every)}` : html`None; <code>backup_every</code> makes one`}<//>
    ${every && html`<${Fact} label="Next one"><${RelativeTime} at=${next} none="When the one under way is done" /><//>
      <${Fact} label="Kept of them">The last ${count(keep)}<//>`}
    <${Fact} label="Last one"><${RelativeTime} at=${last?.made_at} none="There is none yet" /><//>
  </dl>`;
}

function Row({ backup, onDelete }) {
  const fetching = useAction(() => download(`/admin/backups/${encodeURIComponent(backup.name)}`, backup.name));
  return html`<tr>
    <th scope="row"><span class="backup-name mono">${backup.name}</span>
      <div class="row">${backup.scheduled && html`<${Badge}>Scheduled<//>`}${backup.includes_key && html`<${Badge} kind="warn">With the keys<//>`}${backup.sha256 === null && html`<${Badge}>Not made here<//>`}</div>
      ${fetching.error && html`<${ErrorBox} error=${fetching.error} />`}</th>
    <td class="fit"><${RelativeTime} at=${backup.made_at} /></td>
    <td class="number fit">${bytes(backup.bytes)}</td>
    <td class="fit"><div class="row backup-actions">${backup.sha256 && html`<${CopyButton} small class="wide-only" text=${backup.sha256} label=${`Copy the SHA-256 of ${backup.name}`} />`}
      <${Button} small icon="download" busy=${fetching.busy} label=${`Download ${backup.name}`} onClick=${fetching.run} />
      <${Button} small icon="trash" label=${`Delete ${backup.name}`} onClick=${onDelete} /></div></td>
  </tr>`;
}

function Ask({ onSend, onClose }) {
  const [key, setKey] = useState(false);
  return html`<${Dialog} title="Back up now" onClose=${onClose}>
    <${Form} onSend=${() => onSend(key)} submit="Make the backup" onCancel=${onClose}>
      <p>The store, the copies of all workspaces and the files, as they are at this moment. Nobody waits for it.</p>
      <${Checkbox} label="Put the keys into it" checked=${key} onChange=${() => setKey(!key)} help="Whoever has the file has every password then. Without them keep a copy of secret.key somewhere else." />
    <//>
  <//>`;
}

function Delete({ backup, onDone, onClose }) {
  const remove = async () => {
    await call("DELETE", `/admin/backups/${encodeURIComponent(backup.name)}`);
    toast("Backup deleted");
    onDone();
  };
  return html`<${Dialog} title="Delete this backup?" onClose=${onClose}>
    <${Form} onSend=${remove} submit="Delete backup" danger onCancel=${onClose}>
      <p><code>${backup.name}</code>, made <${RelativeTime} at=${backup.made_at} />, ${bytes(backup.bytes)}, goes for good.</p>
    <//>
  <//>`;
}
