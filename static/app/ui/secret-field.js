import { html, useEffect, useRef, useState } from "../html.js";
import { Button } from "./button.js";
import { Field, useWrong } from "./form.js";

/**
 * A secret that is kept says so and offers to be replaced; it never shows dots that pretend to be a value.
 * Left alone it has no input, so the form sends nothing and the kept one stays. Where the server wants it
 * again the input appears. `input` are attributes of it; with `rows` it has several lines.
 * @param {{label: string, name: string, set?: boolean, input?: object, rows?: number}} props
 */
export function SecretField({ label, name, set = false, autocomplete = "off", input = {}, rows, ...field }) {
  const [replacing, setReplacing] = useState(!set);
  const wrong = useWrong(field.path ?? name);
  const element = useRef(null);
  // An input that was not there yet could not take the focus with the error.
  useEffect(() => {
    if (wrong && replacing) element.current.focus();
    else if (wrong) setReplacing(true);
  }, [wrong, replacing]);
  const [shown, setShown] = useState(false);
  if (!replacing) {
    return html`<div class="field">
      <span class="label">${label}</span>
      <div class="row"><span class="badge good">Set</span>
        <${Button} small onClick=${() => setReplacing(true)} aria-label=${`Replace ${label.toLowerCase()}`}>Replace<//></div>
    </div>`;
  }
  const control = (shared) => html`<div class="joined">
    ${rows ? html`<textarea ref=${element} class=${shown ? "input mono" : "input mono concealed"} rows=${rows} autocomplete="off" spellcheck=${false} ...${input} ...${shared}></textarea>`
      : html`<input ref=${element} class="input" type=${shown ? "text" : "password"} autocomplete=${autocomplete} spellcheck=${false} ...${input} ...${shared} />`}
    <${Button} onClick=${() => setShown(!shown)} aria-pressed=${shown ? "true" : "false"} aria-label=${`Show ${label.toLowerCase()}`}>${shown ? "Hide" : "Show"}<//>
    ${set && html`<${Button} onClick=${() => setReplacing(false)}>Keep<//>`}
  </div>`;
  return html`<${Field} label=${label} name=${name} ...${field} control=${control} />`;
}
