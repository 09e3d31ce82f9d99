// The engines, as the server has them.

import { html } from "../../html.js";
import { get } from "../../api.js";
import { Icon } from "../../ui/icon.js";

let known = null;

/** The list of engines; asked for once. */
export function engines() {
  known ??= get("/data/engines", undefined, { quiet: true }).catch((error) => {
    known = null;
    throw error;
  });
  return known;
}

const icon = ({ name, capability }) => (name === "api" ? "transfer" : capability.network || name === "sqlite" ? "sources" : "upload");

/** One engine of all. */
export function EngineChoice({ list, value, onChange }) {
  return html`<fieldset class="engines"><legend>Kind of source</legend>
    ${list.map((engine) => html`<label key=${engine.name} class="engine">
      <input type="radio" name="engine" value=${engine.name} checked=${engine.name === value} onChange=${() => onChange(engine.name)} />
      <${Icon} name=${icon(engine)} />${engine.title}</label>`)}
  </fieldset>`;
}
