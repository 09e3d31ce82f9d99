import { html, useState } from "../html.js";
import { Button } from "./button.js";
import { Dialog } from "./dialog.js";
import { Field, Form } from "./form.js";
import { useAction } from "./work.js";
import { ErrorBox } from "./error-box.js";

/**
 * Before something goes for good: exactly what goes, an export first, and the name typed.
 * @param {{what: string, name: string, goes: any[], stays?: string, exportFirst?: () => Promise<void>, onConfirm: () => Promise<void>, onClose: () => void}} props
 *   `what` is its kind (`workspace`), `goes` the list of what is lost, `stays` what is not
 */
export function ConfirmByName({ what, name, goes, stays, exportFirst, onConfirm, onClose }) {
  const [typed, setTyped] = useState("");
  const exporting = useAction(exportFirst ?? (async () => {}));
  const matches = typed.trim() === name;
  return html`<${Dialog} title=${`Delete ${what} ${name}?`} onClose=${onClose}>
    <div class="stack">
      <p>This goes for good:</p>
      <ul class="goes">${goes.map((line) => html`<li>${line}</li>`)}</ul>
      ${stays && html`<p class="quiet">${stays}</p>`}
      ${exportFirst && html`<div class="row"><${Button} icon="download" busy=${exporting.busy} onClick=${exporting.run}>Export it first<//></div>`}
      ${exporting.error && html`<${ErrorBox} error=${exporting.error} />`}
      <${Form} onSend=${onConfirm} submit=${`Delete ${what}`} danger disabled=${!matches} onCancel=${onClose}>
        <${Field} label=${html`Type <code>${name}</code> to delete it`} value=${typed} onInput=${(event) => setTyped(event.target.value)} autocomplete="off" spellcheck=${false} />
      <//>
    </div>
  <//>`;
}
