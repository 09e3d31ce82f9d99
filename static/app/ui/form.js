// A form, and the fields that know which of them an error is about.

import { createContext, html, useContext, useEffect, useId, useRef } from "../html.js";
import { useAction } from "./work.js";
import { Button } from "./button.js";
import { ErrorBox } from "./error-box.js";

const Context = createContext({ error: null, place: "", paths: new Set() });

/**
 * Sends its named fields as an object of texts. What `onSend` throws is shown at the field of its JSON
 * path, or above the buttons where no field has that path.
 * @param {{onSend: (values: object) => Promise<void>, submit?: string, onCancel?: () => void, danger?: boolean, places?: object}} props
 *   `places` are the paths of errors that name none, by their codes: `{weak_password: "password"}`
 */
export function Form({ onSend, submit = "Save", onCancel, danger, wide, disabled, places = {}, children, actions }) {
  const element = useRef(null);
  const paths = useRef(new Set()).current;
  const action = useAction(() => onSend(Object.fromEntries(new FormData(element.current))));
  const error = action.error;
  const place = error ? error.path || places[error.code] : "";
  useEffect(() => {
    if (error) element.current?.querySelector("[aria-invalid=true]")?.focus();
  }, [error]);
  const send = (event) => {
    event.preventDefault();
    action.run();
  };
  return html`<form class=${wide ? "form wide" : "form"} ref=${element} onSubmit=${send} novalidate>
    <${Context.Provider} value=${{ error, place, paths }}>
      ${children}
      ${error && !paths.has(place) && html`<${ErrorBox} error=${error} />`}
    <//>
    <div class="form-actions">
      <${Button} type="submit" kind=${danger ? "danger" : "primary"} busy=${action.busy} disabled=${disabled}>${submit}<//>
      ${onCancel && html`<${Button} onClick=${onCancel}>Cancel<//>`}
      ${actions}
    </div>
  </form>`;
}

/** What is wrong with the field of this JSON path, in words; "" where nothing is. */
export function useWrong(path) {
  const form = useContext(Context);
  if (path) form.paths.add(path);
  return path && form.place === path ? [form.error.message, form.error.hint].filter(Boolean).join(" ") : "";
}

/**
 * A label with its control, help below it, and what is wrong with it. The control is an `input` of
 * the given attributes, or what `control` makes of `{id, name, "aria-describedby", "aria-invalid"}`.
 * @param {{label: string, name?: string, path?: string, help?: any, error?: string, optional?: boolean, control?: (props: object) => any}} props
 *   `path` is the JSON path that errors of the API name it by, `name` where it is left out
 */
export function Field({ label, name, path = name, help, error, optional, control, class: extra = "", ...input }) {
  const id = useId();
  const told = useWrong(path);
  const wrong = error ?? told;
  const described = [help && `${id}-help`, wrong && `${id}-wrong`].filter(Boolean).join(" ") || undefined;
  const shared = { id, name, "aria-describedby": described, "aria-invalid": wrong ? "true" : undefined };
  return html`<div class=${`field ${extra}`}>
    <label for=${id}>${label}${optional && html`<span class="quiet"> (optional)</span>`}</label>
    ${control ? control(shared) : html`<input class="input" ...${shared} ...${input} />`}
    ${wrong && html`<p class="field-wrong" id=${`${id}-wrong`}>${wrong}</p>`}
    ${help && html`<p class="field-help" id=${`${id}-help`}>${help}</p>`}
  </div>`;
}

/** A field of several lines. Without `onInput` it keeps what is typed, and `value` is what it begins with. */
export function TextField({ rows = 3, value, onInput, placeholder, ...field }) {
  const given = onInput ? { value, onInput } : { defaultValue: value };
  return html`<${Field} ...${field} control=${(shared) => html`<textarea class="input" rows=${rows} ...${given} placeholder=${placeholder} ...${shared}></textarea>`} />`;
}

/**
 * A choice of a few.
 * @param {{options: {value: string, label: string}[], value?: string}} props
 */
export function Select({ options, value, onChange, disabled, ...field }) {
  const choose = (shared) => html`<select class="input" onChange=${onChange} disabled=${disabled} ...${shared}>
    ${options.map((one) => html`<option key=${one.value} value=${one.value} selected=${one.value === value}>${one.label}</option>`)}
  </select>`;
  return html`<${Field} ...${field} control=${choose} />`;
}

/** A box to tick, its label behind it. */
export function Checkbox({ label, help, name, ...input }) {
  const id = useId();
  return html`<div class="check">
    <input type="checkbox" id=${id} name=${name} aria-describedby=${help ? `${id}-help` : undefined} ...${input} />
    <label for=${id}>${label}</label>
    ${help && html`<p class="field-help" id=${`${id}-help`}>${help}</p>`}
  </div>`;
}
