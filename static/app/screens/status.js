import { html, useState } from "../html.js";
import { get } from "../api.js";
import { bytes, plural } from "../format.js";
import { Empty, Fact, RelativeTime, Skeleton } from "../ui/bits.js";
import { CopyButton } from "../ui/copy-button.js";
import { ErrorBox } from "../ui/error-box.js";
import { Page } from "../ui/page.js";
import { loadStyle } from "../ui/style.js";
import { useLoad } from "../ui/work.js";
import { Backups } from "./status/backups.js";
import { Hardening } from "./status/hardening.js";
import { Health } from "./status/health.js";
import { uptime } from "./status/uptime.js";

await loadStyle(new URL("status/status.css", import.meta.url));

/** How the installation stands, for those who run it. */
export default function Status() {
  const { data, error, reload } = useLoad((signal) => get("/admin/status", undefined, { signal }), []);
  const [asking, setAsking] = useState(false);
  if (error?.code === "forbidden") {
    return html`<${Page} title="Status"><${Empty} icon="status" title="This is for who runs the installation">
      It tells of all organizations at once. Ask an admin of the organization that runs this Headwater.<//><//>`;
  }
  return html`<${Page} title="Status" about=${data && `Headwater ${data.version}, running for ${uptime(data.uptime_seconds)}`}>
    ${error && html`<${ErrorBox} error=${error} retry=${reload} />`}
    ${!data && !error && html`<${Skeleton} lines=${8} />`}
    ${data && html`
      <${Hardening} all=${data.hardening} onBackUp=${() => setAsking(true)} />
      <${Backups} status=${data.backups} asking=${asking} onAsk=${setAsking} onChange=${reload} />
      <${Disk} disk=${data.disk} />
      <${Health} sources=${data.sources} />
      <section class="section"><h2>The program</h2><dl class="facts">
        <${Fact} label="Version">${data.version}<//>
        <${Fact} label="Started"><${RelativeTime} at=${data.started_at} /><//>
        <${Fact} label="Store">Version ${data.store.version}, ${bytes(data.store.bytes)}<//>
        <${Fact} label="Key that seals credentials"><span class="row"><code>${data.key.fingerprint}</code><${CopyButton} small text=${data.key.fingerprint} label="Copy fingerprint" /></span>
          ${data.key.older > 0 && html`<div class="quiet small-text">${plural(data.key.older, "older key")} still ${data.key.older === 1 ? "opens" : "open"} what ${data.key.older === 1 ? "it" : "they"} sealed</div>`}<//>
      </dl></section>`}
  <//>`;
}

const PARTS = [
  ["store_bytes", "Store"],
  ["copies_bytes", "Copied rows"],
  ["files_bytes", "Files"],
  ["backups_bytes", "Backups"],
];

/** What takes the disk, beside what is left of it. */
function Disk({ disk }) {
  return html`<section class="section"><div class="section-head"><h2 class="grow">Disk</h2><span class="quiet">${bytes(disk.free_bytes)} free</span></div>
    <dl class="facts">${PARTS.map(([name, label]) => html`<${Fact} key=${name} label=${label}>${disk[name] === null ? "Too many files to count" : bytes(disk[name])}<//>`)}</dl></section>`;
}
