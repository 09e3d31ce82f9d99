import { html, useState } from "../../html.js";
import { count, duration } from "../../format.js";
import { MOST } from "../../rows.js";
import { Button } from "../../ui/button.js";
import { Dialog } from "../../ui/dialog.js";
import { Field, Form, Select } from "../../ui/form.js";

const LIMITS = [100, 1_000, 10_000, MOST];
const TIMEOUTS = [5_000, 30_000, 60_000, 300_000];
export const FIRST = { limit: 1_000, timeout: 30_000, params: "" };

/** How many rows and how long, and values for the statement's parameters. */
export function Options({ value, kind, engine, onChange }) {
  const [open, setOpen] = useState(false);
  const [next, setNext] = useState(value);
  const begin = () => {
    setNext(value);
    setOpen(true);
  };
  const send = async ({ params = "" }) => {
    onChange({ ...next, params });
    setOpen(false);
  };
  const set = (name) => (event) => setNext({ ...next, [name]: Number(event.target.value) });
  return html`<${Button} icon="settings" onClick=${begin}>${`${count(value.limit)} rows, ${duration(value.timeout)}`}${value.params && ", parameters"}<//>
    ${open && html`<${Dialog} title="Limits and parameters" onClose=${() => setOpen(false)}>
      <${Form} onSend=${send} submit="Use these" onCancel=${() => setOpen(false)}>
        <${Select} label="Rows at most" options=${LIMITS.map(option(count))} value=${String(next.limit)} onChange=${set("limit")} />
        <${Select} label="Stopped after" options=${TIMEOUTS.map(option(duration))} value=${String(next.timeout)} onChange=${set("timeout")} />
        ${kind === "sql" && html`<${Field} label="Parameters" name="params" optional class="mono" defaultValue=${value.params} placeholder=${'[1, "text", null]'} spellcheck=${false}
          help=${`A JSON list, for ${engine === "postgresql" ? "$1, $2, …" : "each ? in its order"}.`} />`}
      <//>
    <//>`}`;
}

const option = (say) => (value) => ({ value: String(value), label: say(value) });
