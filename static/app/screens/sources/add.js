import { html, useEffect, useState } from "../../html.js";
import { ApiError, call } from "../../api.js";
import { go, href } from "../../router.js";
import { here, mayWrite, path, scope } from "../../workspace.js";
import { Empty, Skeleton } from "../../ui/bits.js";
import { Button } from "../../ui/button.js";
import { ErrorBox } from "../../ui/error-box.js";
import { Field } from "../../ui/form.js";
import { Page } from "../../ui/page.js";
import { loadStyle } from "../../ui/style.js";
import { toast } from "../../ui/toast.js";
import { useLoad } from "../../ui/work.js";
import { parseUrl } from "./connection-url.js";
import { EngineChoice, engines } from "./engines.js";
import { hasScreen } from "./has-screen.js";
import { NameField, SourceForm } from "./source-form.js";
import { empty } from "./values.js";

const styled = loadStyle(new URL("sources.css", import.meta.url));
/** Where a server that was started with its demo has the sample. */
const SAMPLE = "demo/shop.sqlite";

/** A source that is new: a URL pasted, or fields; tested; connected. */
export default function AddSource() {
  const { data, error, reload } = useLoad(async (signal) => {
    const [list, sources] = await Promise.all([engines(), here.get("data/list", {}, { signal }), styled]);
    return { list, sources };
  }, []);
  const [values, setValues] = useState(empty);
  const back = { href: href("/sources"), text: "Sources" };
  if (!mayWrite.value) return html`<${Page} title="Add a source" back=${back}><${Empty} icon="sources" title="You may look at this workspace, and not change it">An editor or admin of the organization can add sources here.<//><//>`;
  if (!data) return html`<${Page} title="Add a source" back=${back}>${error ? html`<${ErrorBox} error=${error} retry=${reload} />` : html`<${Skeleton} lines=${6} />`}<//>`;
  const saved = ({ source_id: id, name }) => {
    toast(`${name} is connected`);
    go(hasScreen("/sources/:id") ? `/sources/${encodeURIComponent(id)}` : "/sources");
  };
  // The server would take it for a change of the source that has the name.
  const check = ({ name }) => {
    if (!data.sources.some((source) => source.name === name.trim())) return;
    throw new ApiError({ message: "This workspace has a source of that name.", hint: "Choose another name, or edit that source.", details: { path: "database.name" } });
  };
  return html`<${Page} title="Add a source" back=${back} about="Credentials are sealed on this server, and go to the source alone.">
    <${Sample} sources=${data.sources} onTake=${() => setValues({ ...empty, engine: "sqlite", database: SAMPLE, name: "shop" })} />
    <${SourceForm} engines=${data.list} values=${values} onValues=${setValues} save="Connect" check=${check} onSaved=${saved}>
      ${(set) => html`
        <${UrlField} list=${data.list} values=${values} set=${set} />
        <${EngineChoice} list=${data.list} value=${values.engine} onChange=${(engine) => set({ ...changed(values), engine })} />
        ${values.engine && html`<${NameField} values=${values} set=${set} help="What it is called here; made of database and host where you give none." />`}`}
    <//>
  <//>`;
}

// Another engine keeps what means the same, and none of the other's options.
const changed = (values) => ({ url: "", extra: false, options: {}, tables: [], ignoreTables: [], ...(values.engine === "file" || values.engine === "api" ? { database: "" } : {}) });

function UrlField({ list, values, set }) {
  const take = (event) => {
    const parsed = parseUrl(event.target.value, list);
    if (!parsed) {
      set({ url: event.target.value });
      return;
    }
    const { engine, text, parts, extra } = parsed;
    const same = engine === values.engine;
    const options = { ...(same && values.options), ...parts.options };
    set({ ...(same ? {} : changed(values)), engine, ...parts, options, url: text, extra });
    // What is the same as before is not rendered again, and may yet hold the secret.
    event.target.value = text;
  };
  return html`<${Field} label="Connection URL" optional path="database.url" value=${values.url} onInput=${take} class="url" autofocus autocomplete="off" spellcheck=${false} autocapitalize="none"
    placeholder="postgres://user:password@host:5432/database" help="Paste one and the form fills itself; the password is taken out of sight." />`;
}

/** A server that was started with its demo has a database to begin with; it is offered where nobody has it yet. */
function Sample({ sources, onTake }) {
  const [there, setThere] = useState(false);
  useEffect(() => {
    if (sources.some((source) => source.database === SAMPLE)) return undefined;
    const aborter = new AbortController();
    const body = { scope: scope.value, database: { databaseType: "sqlite", database: SAMPLE } };
    call("POST", path("data/test-connection"), { body, signal: aborter.signal, quiet: true }).then(() => setThere(true), () => {});
    return () => aborter.abort();
  }, []);
  if (!there) return null;
  return html`<div class="note row"><span class="grow">This server has a sample: a shop with customers, orders and reviews.</span><${Button} small onClick=${onTake}>Use the sample<//></div>`;
}
