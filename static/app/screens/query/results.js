import { html } from "../../html.js";
import { count, duration, inWhichZone, plural } from "../../format.js";
import { FORMS, MOST, saveRows, savedWords } from "../../rows.js";
import { Badge, Empty, Progress } from "../../ui/bits.js";
import { Button } from "../../ui/button.js";
import { DataGrid } from "../../ui/data-grid.js";
import { ErrorBox } from "../../ui/error-box.js";
import { Icon } from "../../ui/icon.js";
import { Menu } from "../../ui/menu.js";
import { Tabs } from "../../ui/tabs.js";
import { toast } from "../../ui/toast.js";
import { useAction } from "../../ui/work.js";

/** The last answers, each behind a tab. */
export function Results({ runs, target }) {
  const { results, current, setCurrent, close, running } = runs;
  const shown = results.find((one) => one.id === current);
  const tabs = results.map((one) => ({ id: one.id, label: `Result ${one.id}`, note: one.answer ? plural(one.answer.row_count, "row") : one.stopped ? "stopped" : "failed" }));
  return html`<div class="query-results">
    <div class="preview-wait">${running && html`<${Progress} label="The statement runs" />`}</div>
    ${!shown && !running && html`<${Empty} icon="query" title="No result yet">Write a statement and run it. It can read ${target.local ? "the copies" : "the source"}, and change nothing.<//>`}
    ${shown && html`<${Tabs} label="Results" tabs=${tabs} current=${current} onChange=${setCurrent}><${Result} key=${shown.id} result=${shown} onClose=${() => close(shown.id)} /><//>`}
  </div>`;
}

function Result({ result, onClose }) {
  const { answer, error, stopped, ms } = result;
  const closing = html`<${Button} kind="quiet" small icon="close" label="Close result" onClick=${onClose} />`;
  if (error) return html`<${ErrorBox} error=${error} /><div class="grid-foot" role="status"><span>Failed after ${duration(ms)}</span><span class="grow"></span>${closing}</div>`;
  if (stopped) return html`<p class="note warn" role="status">Stopped after ${duration(ms)}. The source was told to end it.</p><div class="grid-foot"><span class="grow"></span>${closing}</div>`;
  return html`
    ${answer.rows.length > 0 ? html`<${DataGrid} label="Result" columns=${answer.columns} rows=${answer.rows} />`
      : html`<${Empty} icon="table" title="No rows">The statement ran, and nothing fits it.<//>`}
    <div class="grid-foot preview-foot">
      <span role="status">${plural(answer.row_count, "row")} in ${duration(answer.seconds * 1000)}</span>
      ${answer.truncated && html`<${Badge} kind="warn">${answer.truncated_by === "bytes" ? "Cut at 10 MiB" : `Cut at ${count(result.request.limit)} rows`}<//>`}
      ${answer.cut_values > 0 && html`<${Badge} kind="warn">${plural(answer.cut_values, "long value")} cut<//>`}
      ${answer.columns.some((column) => column.logical_type === "timestamptz") && html`<span>${inWhichZone()}</span>`}
      ${answer.warnings?.map((text) => html`<${Badge} kind="warn" key=${text}>${text}<//>`)}
      <span class="grow"></span>
      <${Download} result=${result} />
      ${closing}
    </div>`;
}

// The server writes the file, so the statement runs once more; one that was cut for all that may be had.
function Download({ result }) {
  const { request, answer } = result;
  const limit = answer.truncated ? MOST : request.limit;
  const saving = useAction(async (form) => {
    toast(savedWords(await saveRows("data/query", { ...request, limit }, form, "result")));
  });
  const items = FORMS.map((form) => ({ text: form.label, note: `.${form.ending}`, onClick: () => saving.run(form) }));
  return html`<${Menu} small items=${[{ heading: answer.truncated ? `Runs again, for up to ${count(MOST)} rows` : "Runs again" }, ...items]}>
      <${Icon} name="download" />${saving.busy ? "Saving…" : "Download"}<${Icon} name="chevron" /><//>
    ${saving.error && html`<${ErrorBox} error=${saving.error} />`}`;
}
