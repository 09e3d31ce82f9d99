import { html } from "../html.js";
import { rowAsJson, textOf } from "./cell.js";
import { CopyButton } from "./copy-button.js";
import { Dialog } from "./dialog.js";
import { CodeBlock } from "./show-as.js";

/** A value of a grid, whole, to be read and copied, alone or with its row. */
export function CellDialog({ columns, row, at, onClose }) {
  const column = columns[at];
  const value = row[at];
  return html`<${Dialog} title=${column.name} wide onClose=${onClose}>
    <p class="quiet mono">${column.type ?? column.logical_type}</p>
    ${value === null || value === undefined ? html`<p><span class="null">NULL</span></p>` : html`<div class="wrapped"><${CodeBlock} text=${textOf(value)} label="Copy value" /></div>`}
    <div class="row"><${CopyButton} text=${() => rowAsJson(columns, row)}>Copy row as JSON<//></div>
  <//>`;
}
