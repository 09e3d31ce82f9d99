import { html } from "../html.js";
import { textOf } from "./cell.js";
import { Dialog } from "./dialog.js";
import { CodeBlock } from "./show-as.js";

/** A value of a grid, whole, to be read and copied. */
export function CellDialog({ column, value, onClose }) {
  return html`<${Dialog} title=${column.name} wide onClose=${onClose}>
    <p class="quiet mono">${column.type ?? column.logical_type}</p>
    ${value === null || value === undefined ? html`<p><span class="null">NULL</span></p>` : html`<${CodeBlock} text=${textOf(value)} label="Copy value" />`}
  <//>`;
}
