import { callOf } from "../api.js";
import { html } from "../html.js";
import { mayWrite, path, scope, workspace } from "../workspace.js";
import { Page } from "../ui/page.js";
import { loadStyle } from "../ui/style.js";
import { Export } from "./transfer/export.js";
import { Import } from "./transfer/import.js";

await loadStyle(new URL("transfer/transfer.css", import.meta.url));

/** A workspace on its way to another machine, and back. */
export default function Transfer() {
  return html`<${Page} title="Export and import" about="A workspace as one file, to be kept or carried to another machine." call=${callOf("POST", path("workspaces/export-tables"), { body: { scope: scope.value } })}>
    <div class="transfer">
      <section class="card stack" aria-labelledby="export-title"><h2 id="export-title">Export ${workspace.value?.name}</h2><${Export} /></section>
      <section class="card stack" aria-labelledby="import-title"><h2 id="import-title">Import</h2>
        ${mayWrite.value ? html`<${Import} />` : html`<p class="quiet">Your role lets you read this workspace, and not import into it. Open one of your own to import there.</p>`}</section>
    </div>
  <//>`;
}
