import { html, useEffect, useState } from "../html.js";
import { count, duration } from "../format.js";
import { href } from "../router.js";
import { here, mayWrite } from "../workspace.js";
import { Empty, RelativeTime, Skeleton } from "../ui/bits.js";
import { Button } from "../ui/button.js";
import { ErrorBox } from "../ui/error-box.js";
import { Page } from "../ui/page.js";
import { loadStyle } from "../ui/style.js";
import { useLoad } from "../ui/work.js";
import { useJob } from "../jobs.js";
import { Under } from "./sync/under.js";
import { StateBadge, failureOf, requestText, rowsOf, sourcesOf, tookOf } from "./sync/words.js";

const styled = loadStyle(new URL("sync/sync.css", import.meta.url));
const SHOWN = 50;

/** The syncs of the workspace: those that run, as they go on, and those that were. */
export default function Sync() {
  const { data, error, reload } = useLoad(async (signal) => {
    const [jobs, sources] = await Promise.all([here.get("data/jobs", { kind: "sync" }, { signal }), here.get("data/list", {}, { signal, quiet: true }), styled]);
    return { jobs, names: new Map(sources.map((source) => [source.id, source.name])) };
  }, []);
  const start = mayWrite.value && html`<${Button} kind="primary" icon="add" href=${href("/sync/new")}>New sync<//>`;
  const running = data?.jobs.filter((job) => job.state === "running") ?? [];
  const past = data?.jobs.filter((job) => job.state !== "running") ?? [];
  return html`<${Page} title="Sync" about="Copies of tables, kept in this workspace's own store." actions=${data?.jobs.length ? start : null}>
    ${error && html`<${ErrorBox} error=${error} retry=${reload} />`}
    ${!data && !error && html`<${Skeleton} />`}
    ${data?.jobs.length === 0 && html`<${Empty} icon="jobs" title="Nothing was copied yet" actions=${start}>A sync copies tables into this workspace, so that tables of different sources can be queried together, and the sources are left in peace.<//>`}
    ${running.map((job) => html`<${Running} key=${job.id} id=${job.id} names=${data.names} onEnd=${reload} />`)}
    ${past.length > 0 && html`<${History} jobs=${past} names=${data.names} />`}
  <//>`;
}

function Running({ id, names, onEnd }) {
  const { job, error, broken, set, reload } = useJob(id);
  const ended = job && job.state !== "running";
  useEffect(() => {
    if (ended) onEnd();
  }, [ended]);
  if (error) return html`<${ErrorBox} error=${error} retry=${reload} />`;
  if (!job) return null;
  return html`<section class="card stack" aria-label=${`Running: ${sourcesOf(job, names)}`}>
    <div class="section-head"><h2 class="grow"><a href=${href(`/sync/${encodeURIComponent(id)}`)}>${sourcesOf(job, names)}</a></h2><span class="quiet">${requestText(job)}</span></div>
    <${Under} job=${job} broken=${broken} onJob=${set} />
  </section>`;
}

function History({ jobs, names }) {
  const [shown, setShown] = useState(SHOWN);
  return html`<section class="section"><h2>History</h2>
    <div class="table-wrap" tabIndex="0" role="region" aria-label="History"><table class="table">
      <thead><tr><th scope="col">Sources</th><th scope="col">State</th><th scope="col" class="number wide-only">Rows</th><th scope="col" class="number wide-only">Took</th><th scope="col">Began</th></tr></thead>
      <tbody>${jobs.slice(0, shown).map((job) => html`<tr key=${job.id}>
        <th scope="row"><a href=${href(`/sync/${encodeURIComponent(job.id)}`)}>${sourcesOf(job, names)}</a>
          <div class="quiet small-text">${requestText(job)}</div>
          ${failureOf(job) && html`<div class="why small-text">${failureOf(job)}</div>`}</th>
        <td class="fit"><${StateBadge} state=${job.state} /></td>
        <td class="number wide-only">${count(rowsOf(job))}</td>
        <td class="number wide-only">${duration(tookOf(job))}</td>
        <td class="fit"><${RelativeTime} at=${job.started_at} /></td>
      </tr>`)}</tbody>
    </table></div>
    ${jobs.length > shown && html`<div class="row"><${Button} onClick=${() => setShown(shown + SHOWN)}>Show ${Math.min(SHOWN, jobs.length - shown)} more<//></div>`}
  </section>`;
}
