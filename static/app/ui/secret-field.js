import { html, useState } from "../html.js";
import { Button } from "./button.js";
import { Field } from "./form.js";

/**
 * A secret that is kept says so and offers to be replaced; it never shows dots that pretend to be a value.
 * Left alone it has no input, so the form sends nothing and the kept one stays.
 * @param {{label: string, name: string, set?: boolean}} props
 */
export function SecretField({ label, name, set = false, autocomplete = "off", ...field }) {
  const [replacing, setReplacing] = useState(!set);
  const [shown, setShown] = useState(false);
  if (!replacing) {
    return html`<div class="field">
      <span class="label">${label}</span>
      <div class="row"><span class="badge good">Set</span>
        <${Button} small onClick=${() => setReplacing(true)} aria-label=${`Replace ${label.toLowerCase()}`}>Replace<//></div>
    </div>`;
  }
  const control = (shared) => html`<div class="joined">
    <input class="input" type=${shown ? "text" : "password"} autocomplete=${autocomplete} spellcheck=${false} ...${field.input ?? {}} ...${shared} />
    <${Button} onClick=${() => setShown(!shown)} aria-pressed=${shown ? "true" : "false"} aria-label=${`Show ${label.toLowerCase()}`}>${shown ? "Hide" : "Show"}<//>
    ${set && html`<${Button} onClick=${() => setReplacing(false)}>Keep<//>`}
  </div>`;
  return html`<${Field} label=${label} name=${name} ...${field} control=${control} />`;
}
