// A source that is being read: how far that is, and its end on wish.

import { html } from "../../html.js";
import { count, duration } from "../../format.js";
import { here, mayWrite } from "../../workspace.js";
import { Progress } from "../../ui/bits.js";
import { Button } from "../../ui/button.js";
import { ErrorBox } from "../../ui/error-box.js";
import { useAction } from "../../ui/work.js";

/** Below this nobody needs to be told that something is being read. */
const SOON_S = 0.5;
const PHASES = { connect: "Connecting to the source", read_catalog: "Reading the schema", keep: "Comparing and keeping what was read" };
const UNITS = { catalog_parts: "parts of the catalog", collections: "collections", files: "files", endpoints: "endpoints" };

/** @param {{job?: object, broken?: boolean}} props */
export function Reading({ job, broken }) {
  const stopping = useAction(() => here.post(`data/jobs/${encodeURIComponent(job.id)}/cancel`));
  const { phase, done, total, unit, seconds } = job?.progress ?? {};
  if (!(seconds > SOON_S)) return null;
  const figures = phase === "read_catalog" && total > 0;
  return html`<div class="source-reading"><span role="status">${PHASES[phase]}</span>
      <${Progress} label="Reading the schema" value=${total > 0 ? done : undefined} max=${total || 1} />
      ${figures && html`<span class="quiet number">${count(done)} of ${count(total)} ${UNITS[unit]}</span>`}
      <span class="quiet number" aria-hidden="true">${duration(Math.round(seconds) * 1000)}</span>
      ${mayWrite.value && html`<${Button} small icon="stop" busy=${stopping.busy} onClick=${stopping.run}>Stop<//>`}</div>
    ${broken && html`<p class="note warn" role="status">The connection to the server broke off; trying again. The reading goes on meanwhile.</p>`}
    ${stopping.error && html`<${ErrorBox} error=${stopping.error} />`}`;
}
