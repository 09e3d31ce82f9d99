import { html } from "../../html.js";
import { href } from "../../router.js";
import { workspaces } from "../../workspace.js";
import { Badge, Empty, RelativeTime } from "../../ui/bits.js";

const STATUS = { connected: ["good", "Connected"], unreachable: ["bad", "Unreachable"], needs_credentials: ["warn", "Needs credentials"] };

/** How each source stood when it was last asked; those that fail first. */
export function Health({ sources }) {
  const sorted = sources.toSorted((a, b) => Number(a.status === "connected" && !a.last_error) - Number(b.status === "connected" && !b.last_error) || a.name.localeCompare(b.name));
  return html`<section class="section"><h2>Sources</h2>
    <p class="quiet small-text">Your own, and those of your organization.</p>
    ${sorted.length === 0 ? html`<${Empty} icon="sources" title="No source yet" />` : html`<div class="table-wrap" tabIndex="0" role="region" aria-label="Health of sources"><table class="table">
      <thead><tr><th scope="col">Name</th><th scope="col">Status</th><th scope="col" class="wide-only">Engine</th><th scope="col" class="wide-only">Last error</th><th scope="col" class="wide-only">Tested</th><th scope="col">Copied</th></tr></thead>
      <tbody>${sorted.map((source) => html`<${Row} key=${source.scope + source.workspace_id + source.id} source=${source} />`)}</tbody>
    </table></div>`}
  </section>`;
}

function Row({ source }) {
  const [kind, words] = STATUS[source.status] ?? ["", source.status];
  const there = { workspace: source.workspace_id, scope: source.scope === "organization" ? "organization" : "" };
  const workspace = workspaces.value?.find((one) => one.id === source.workspace_id && one.scope === source.scope);
  return html`<tr>
    <th scope="row"><a href=${href(`/sources/${encodeURIComponent(source.id)}`, there)}>${source.name}</a> ${source.scope === "organization" && html`<${Badge}>Shared<//>`}
      ${workspace && html`<div class="quiet small-text">${workspace.name}</div>`}</th>
    <td class="fit"><${Badge} kind=${kind}>${words}<//></td>
    <td class="wide-only">${source.engine}</td>
    <td class="wide-only">${source.last_error ? html`<code>${source.last_error}</code>` : html`<span class="quiet">None</span>`}</td>
    <td class="fit wide-only"><${RelativeTime} at=${source.last_tested_at} /></td>
    <td class="fit"><${RelativeTime} at=${source.last_synced_at} none="Not yet" /></td>
  </tr>`;
}
