import { html } from "../../html.js";
import { count, plural } from "../../format.js";
import { href } from "../../router.js";
import { refreshWorkspaces, workspaces } from "../../workspace.js";
import { Badge } from "../../ui/bits.js";
import { Button } from "../../ui/button.js";
import { ErrorBox } from "../../ui/error-box.js";
import { useLoad } from "../../ui/work.js";

/** What would be done, in words. */
export function Plan({ options, answer, busy, error, onImport, onBack }) {
  return html`<div class="stack" role="status">
    <h3>This would happen</h3>
    <${Words} answer=${answer} name=${nameOf(options, answer)} will />
    ${error && html`<${ErrorBox} error=${error} />`}
    <div class="form-actions"><${Button} kind="primary" busy=${busy} onClick=${onImport}>Import<//><${Button} onClick=${onBack}>Back<//>
      ${!options.passphrase && answer.needs_credentials.length > 0 && html`<span class="quiet small-text">Without a passphrase credentials stay behind.</span>`}</div>
  </div>`;
}

/** What was done, and the way on. */
export function Done({ options, answer, onAgain }) {
  useLoad(refreshWorkspaces, []);
  const there = { workspace: answer.workspace_id, scope: options.scope === "organization" ? "organization" : "" };
  const waiting = answer.sources.filter((source) => source.status === "needs_credentials");
  const ids = Object.entries(answer.id_map).filter(([old, made]) => old !== made);
  return html`<div class="stack" role="status">
    <p class="note good">Imported.</p>
    <${Words} answer=${answer} name=${nameOf(options, answer)} />
    ${waiting.length > 0 && html`<div class="stack tight"><h3>These wait for their credentials</h3>
      <ul class="stack tight">${waiting.map((source) => html`<li key=${source.id} class="row"><a href=${href(`/sources/${encodeURIComponent(source.id)}/edit`, there)}>${source.name}</a> <${Badge} kind="warn">Needs credentials<//></li>`)}</ul></div>`}
    ${ids.length > 0 && html`<details><summary>${plural(ids.length, "id")} became another</summary>
      <div class="table-wrap import-ids" tabIndex="0" role="region" aria-label="Ids that became others"><table class="table"><thead><tr><th scope="col">In the file</th><th scope="col">Here</th></tr></thead>
        <tbody>${ids.map(([old, made]) => html`<tr key=${old}><td><code>${old}</code></td><td><code>${made}</code></td></tr>`)}</tbody></table></div></details>`}
    <div class="form-actions"><${Button} kind="primary" href=${href("/sources", there)}>Open the workspace<//><${Button} onClick=${onAgain}>Import another<//></div>
  </div>`;
}

// An archive is not looked into here; what it is called shows once it is there.
const nameOf = ({ name }, { workspace_id: id }) => name ?? workspaces.value?.find((one) => one.id === id)?.name;

const WORKSPACE = {
  created: ["would be made", "was made"],
  updated: ["would be updated", "was updated"],
  unchanged: ["would stay as it is", "stayed as it was"],
  skipped: ["would be left as it is", "was left as it was"],
  copied: ["would be added as a copy", "was added as a copy"],
};

function Words({ answer, name, will = false }) {
  const { summary } = answer;
  const tense = will ? 0 : 1;
  const made = answer.sources.filter((source) => source.created).length;
  const stay = answer.sources.length - made;
  const lines = [
    `The workspace ${name ?? "of the file"} ${(WORKSPACE[answer.outcome] ?? [answer.outcome, answer.outcome])[tense]}.`,
    made > 0 && `${plural(made, "source")} ${will ? "would be" : made === 1 ? "was" : "were"} added, with ${plural(summary.tables_imported, "table")} and ${plural(summary.schemas_imported, "schema")}.`,
    stay > 0 && `${plural(stay, "source")} that ${stay === 1 ? "is" : "are"} there already ${stay === 1 ? "stays as it is" : "stay as they are"}, and ${stay === 1 ? "gets" : "get"} what ${stay === 1 ? "it lacks" : "they lack"}.`,
    summary.projects_imported > 0 && `${plural(summary.projects_imported, "project")} ${will ? "would come" : "came"} in.`,
    summary.skipped > 0 && `${plural(summary.skipped, "thing")} that ${summary.skipped === 1 ? "has" : "have"} a taken id ${will ? "would be" : summary.skipped === 1 ? "was" : "were"} left out.`,
    summary.rows_imported > 0 ? `${count(summary.rows_imported)} copied rows ${will ? "would come" : "came"} along.` : "No copied rows are in it.",
    summary.files_imported > 0 && `${plural(summary.files_imported, "file")} that ${summary.files_imported === 1 ? "was" : "were"} sent ${will ? "would come" : "came"} along.`,
    answer.needs_credentials.length > 0 && will && `${answer.needs_credentials.join(", ")} would wait for credentials.`,
  ];
  return html`<ul class="goes">${lines.filter(Boolean).map((line) => html`<li key=${line}>${line}</li>`)}
    ${answer.warnings?.map((text) => html`<li key=${text}><${Badge} kind="warn">Note<//> ${text}</li>`)}</ul>`;
}
