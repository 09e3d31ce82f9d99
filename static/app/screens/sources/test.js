// A connection being tested: its stages as they pass, who answered, and what may be read there.

import { html, useEffect, useRef, useState } from "../../html.js";
import { duration, plural } from "../../format.js";
import { path, scope } from "../../workspace.js";
import { staged } from "../../streams.js";
import { ApiError } from "../../api.js";
import { Badge, Fact } from "../../ui/bits.js";
import { Button } from "../../ui/button.js";
import { ErrorBox } from "../../ui/error-box.js";
import { Icon } from "../../ui/icon.js";

const STAGES = {
  resolve: "Find the address", connect: "Reach the server", tls: "Encrypt", authenticate: "Log in",
  open_database: "Open the database", read_catalog: "Read the catalog",
};
/** The server ends a test after 10 s by itself, and says at which stage; this is for a server that does not. */
const LIMIT_MS = 10_500;

/**
 * Tests on demand. `state` is null before the first, then `{running, stages, report?, error?}`. What is wrong with a field
 * is thrown, for the form; what is wrong with the source is `state.error`.
 */
export function useTest() {
  const [state, setState] = useState(null);
  const aborter = useRef(null);
  useEffect(() => () => aborter.current?.abort(), []);
  const cancel = () => aborter.current?.abort();
  const run = async (body) => {
    cancel();
    const own = new AbortController();
    aborter.current = own;
    const late = AbortSignal.timeout(LIMIT_MS);
    const stages = [];
    const set = (next) => aborter.current === own && setState(next);
    set({ running: true, stages });
    try {
      const onLine = (stage) => set({ running: true, stages: [...(stages.push(stage), stages)] });
      const report = await staged("POST", path("data/test-connection"), { body: { scope: scope.value, ...body }, signal: AbortSignal.any([own.signal, late]), onLine });
      set({ running: false, stages: report.stages, report });
      return report;
    } catch (error) {
      if (own.signal.aborted) set({ running: false, cancelled: true, stages });
      else if (late.aborted) set({ running: false, stages, error: tooLate() });
      else if (error.data?.stages) set({ running: false, stages: error.data.stages, error });
      else {
        set(null);
        throw error;
      }
      return null;
    }
  };
  return { state, run, cancel, clear: () => setState(null) };
}

function tooLate() {
  return new ApiError({ message: "The test had no end within 10 s.", hint: "Check that Headwater is still running, then try again.", code: "timeout" });
}

/** What a test has come to. `network` tells which stages there are. */
export function TestPanel({ test, network }) {
  const { state, cancel } = test;
  const element = useRef(null);
  const running = state?.running;
  // On a narrow window it stands below the form.
  useEffect(() => {
    element.current?.scrollIntoView({ block: "nearest" });
  }, [running]);
  if (!state) return null;
  const words = state.running ? "Testing" : state.error ? "Failed" : state.cancelled ? "Cancelled" : "It works";
  const kind = { Failed: "bad", "It works": "good" }[words] ?? "";
  return html`<section class="card stack" aria-label="Test" ref=${element}>
    <div class="section-head"><h2>Test</h2><span role="status"><${Badge} kind=${kind}>${words}<//></span>
      ${state.report && html`<span class="quiet">${duration(state.report.total_ms)}</span>`}
      ${running && html`<${Button} small icon="stop" onClick=${cancel}>Cancel<//>`}</div>
    <${Stages} state=${state} network=${network} />
    ${state.error && html`<${ErrorBox} error=${state.error} />`}
    ${state.report && html`<${Found} report=${state.report} />`}
  </section>`;
}

function Stages({ state, network }) {
  const names = Object.keys(STAGES).filter((name) => network || ["open_database", "read_catalog"].includes(name));
  const known = new Map(state.stages.map((stage) => [stage.stage, stage]));
  const last = state.stages.at(-1)?.stage;
  const next = state.running ? names[names.indexOf(last) + 1] : null;
  const shown = state.running ? names.filter((name) => known.has(name) || names.indexOf(name) > names.indexOf(last)) : names.filter((name) => known.has(name));
  return html`<ol class="stages">${shown.map((name) => {
    const stage = known.get(name);
    const kind = stage ? (stage.ok ? "passed" : "failed") : name === next ? "running" : "waiting";
    return html`<li key=${name} class=${`stage ${kind}`}>
      ${kind === "running" ? html`<span class="spinner" aria-hidden="true"></span>` : html`<${Icon} name=${{ passed: "check", failed: "close", waiting: "more" }[kind]} />`}
      <span class="grow">${STAGES[name]}<span class="unseen">${{ passed: ", passed", failed: ", failed", running: ", under way", waiting: "" }[kind]}</span></span>
      ${stage && html`<span class="quiet number">${duration(stage.ms)}</span>`}
    </li>`;
  })}</ol>`;
}

function Found({ report }) {
  const { server, access } = report;
  const { tables, schemas } = access;
  const readable = tables === 0 ? "No table" : plural(tables, "table");
  return html`<dl class="facts">
      <${Fact} label="Server">${server.product} ${server.version}<//>
      ${server.tls !== undefined && server.engine !== "sqlite" && server.engine !== "file" && html`<${Fact} label="Encryption">${server.tls ? html`${server.tls.version} ${tlsBadge(server.tls)}` : html`None <${Badge} kind="warn">Readable on the way<//>`}<//>`}
      <${Fact} label="May be read">${readable}${schemas.length > 1 && ` in ${plural(schemas.length, "schema")}`}<//>
    </dl>
    ${tables === 0 && html`<p class="note warn">This login sees no table. Grant it the right to read some, or choose another database.</p>`}
    ${access.unreadable_tables > 0 && html`<details><summary>${plural(access.unreadable_tables, "table")} may not be read</summary><p class="quiet mono">${access.unreadable.map(nameOf).join(", ")}</p></details>`}
    ${server.tls?.certificate && html`<${Certificate} tls=${server.tls} />`}
    ${[...(server.notes ?? []), ...(report.warnings ?? [])].map((line) => html`<p class="note">${line}</p>`)}`;
}

const tlsBadge = ({ certificate }) => (certificate?.verified ? html`<${Badge} kind="good">Certificate checked<//>` : html`<${Badge} kind="warn">Certificate not checked<//>`);
const nameOf = (table) => (typeof table === "string" ? table : [table.schema, table.name].filter(Boolean).join("."));

function Certificate({ tls }) {
  const { subject, issuer, not_after: end, sha256 } = tls.certificate;
  return html`<details><summary>Certificate</summary><dl class="facts">
    <${Fact} label="Made out to">${subject}<//><${Fact} label="By">${issuer}<//><${Fact} label="Until">${end}<//><${Fact} label="Cipher">${tls.cipher}<//>
    <${Fact} label="SHA-256"><code>${sha256}</code><//></dl></details>`;
}
