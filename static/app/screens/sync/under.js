import { html } from "../../html.js";
import { plural } from "../../format.js";
import { here, mayWrite } from "../../workspace.js";
import { Progress } from "../../ui/bits.js";
import { Button } from "../../ui/button.js";
import { ErrorBox } from "../../ui/error-box.js";
import { useAction } from "../../ui/work.js";
import { progressText } from "./words.js";

/** How far a job is, and the way to stop it. */
export function Under({ job, broken, onJob }) {
  const stopping = useAction(async () => onJob(await here.post(`data/jobs/${encodeURIComponent(job.id)}/cancel`)));
  const { progress } = job;
  const { rows_done: done = 0, rows_estimate: of, tables_done: tables = 0 } = progress ?? {};
  const all = progress?.tables?.length ?? 0;
  // Of sources whose schema is still being read nothing is known yet, so that all that is known is not all there is.
  return html`
    <${Progress} label="Rows copied" value=${of && done < of ? done : undefined} max=${of || 1} />
    <div class="row"><span class="grow progress-words">${all > 0 ? progressText(progress) : "Reading what there is to copy"}${all > 0 && html`<span class="quiet"> · ${tables} of ${plural(all, "table")}</span>`}
      ${broken && html`<span class="why"> The connection broke off; trying again…</span>`}</span>
      ${mayWrite.value && html`<${Button} small icon="stop" busy=${stopping.busy} onClick=${stopping.run}>Stop<//>`}</div>
    ${stopping.error && html`<${ErrorBox} error=${stopping.error} />`}`;
}
