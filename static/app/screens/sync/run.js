import { html } from "../../html.js";
import { count, duration, plural } from "../../format.js";
import { go, href } from "../../router.js";
import { here, mayWrite } from "../../workspace.js";
import { Fact, RelativeTime, Skeleton } from "../../ui/bits.js";
import { Button } from "../../ui/button.js";
import { CopyButton } from "../../ui/copy-button.js";
import { ErrorBox } from "../../ui/error-box.js";
import { Page } from "../../ui/page.js";
import { loadStyle } from "../../ui/style.js";
import { useAction, useLoad } from "../../ui/work.js";
import { useJob } from "../../jobs.js";
import { Moving, Report } from "./tables.js";
import { Under } from "./under.js";
import { StateBadge, requestText, rowsOf, sourcesOf, tookOf } from "./words.js";

const styled = loadStyle(new URL("sync.css", import.meta.url));
const RESUMABLE = ["cancelled", "interrupted", "partial", "failed"];

/** One sync: how far it is, then what came of it, by table. */
export default function Run({ params }) {
  const { job, error, broken, set, reload } = useJob(params.id);
  const { data: names } = useLoad(async (signal) => {
    const [sources] = await Promise.all([here.get("data/list", {}, { signal, quiet: true }), styled]);
    return new Map(sources.map((source) => [source.id, source.name]));
  }, []);
  const resuming = useAction(async () => {
    const { job_id: id } = await here.post(`data/jobs/${encodeURIComponent(params.id)}/resume`, { wait: false });
    go(`/sync/${encodeURIComponent(id)}`);
  });
  const back = { href: href("/sync"), text: "Sync" };
  if (!job || job.id !== params.id || !names) return html`<${Page} title="Sync" back=${back}>${error ? html`<${ErrorBox} error=${error} retry=${reload} />` : html`<${Skeleton} lines=${6} />`}<//>`;
  const again = mayWrite.value && RESUMABLE.includes(job.state) && html`<${Button} icon="refresh" busy=${resuming.busy} onClick=${resuming.run}>Go on with it<//>`;
  const running = job.state === "running";
  return html`<${Page} title=${`Sync: ${sourcesOf(job, names)}`} about=${requestText(job)} back=${back} actions=${again}>
    ${error && html`<${ErrorBox} error=${error} retry=${reload} />`}
    ${resuming.error && html`<${ErrorBox} error=${resuming.error} />`}
    <dl class="facts">
      <${Fact} label="State"><span role="status"><${StateBadge} state=${job.state} /></span><//>
      <${Fact} label="Began"><${RelativeTime} at=${job.started_at} /><//>
      ${!running && html`<${Fact} label="Took">${duration(tookOf(job))}<//><${Fact} label="New or changed">${plural(rowsOf(job) ?? 0, "row")}<//>`}
      <${Fact} label="Id"><span class="row whole"><code class="truncate">${job.id}</code><${CopyButton} small text=${job.id} label="Copy id" /></span><//>
      ${job.resumes && html`<${Fact} label="Goes on with"><a href=${href(`/sync/${encodeURIComponent(job.resumes)}`)}>an earlier one</a><//>`}
    </dl>
    ${running && html`<section class="card stack" aria-label="Progress"><${Under} job=${job} broken=${broken} onJob=${set} /></section>`}
    ${job.result?.error && html`<${ErrorBox} error=${job.result.error} />`}
    ${job.result?.sources?.length ? html`<${Report} sources=${job.result.sources} />` : html`<${Moving} tables=${job.progress?.tables ?? []} running=${running} />`}
  <//>`;
}
