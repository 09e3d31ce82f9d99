import { html, useEffect, useState } from "../../html.js";
import { go, href } from "../../router.js";
import { here, mayWrite } from "../../workspace.js";
import { Empty, Skeleton } from "../../ui/bits.js";
import { Button } from "../../ui/button.js";
import { ErrorBox } from "../../ui/error-box.js";
import { Page } from "../../ui/page.js";
import { loadStyle } from "../../ui/style.js";
import { toast } from "../../ui/toast.js";
import { useLoad } from "../../ui/work.js";
import { engines } from "./engines.js";
import { hasScreen } from "./has-screen.js";
import { Rename } from "./rename.js";
import { SourceForm } from "./source-form.js";
import { valuesOf } from "./values.js";
import { Wanted } from "./wanted.js";

const styled = loadStyle(new URL("sources.css", import.meta.url));

/** A source that is kept: what is changed is told, all else stays, secrets above all. */
export default function EditSource({ params }) {
  const { data, error, reload } = useLoad(async (signal) => {
    const [list, source] = await Promise.all([engines(), here.get(`data/sources/${encodeURIComponent(params.id)}`, {}, { signal }), styled]);
    return { list, source };
  }, [params.id]);
  const [values, setValues] = useState(null);
  const [name, setName] = useState("");
  const [all, setAll] = useState(false);
  useEffect(() => {
    if (!data) return;
    setValues(valuesOf(data.source));
    setName(data.source.name);
  }, [data]);
  const after = hasScreen("/sources/:id") ? `/sources/${encodeURIComponent(params.id)}` : "/sources";
  const back = { href: href(after), text: data && after !== "/sources" ? name : "Sources" };
  if (!mayWrite.value) return html`<${Page} title="Edit source" back=${back}><${Empty} icon="sources" title="You may look at this workspace, and not change it">An editor or admin of the organization can change its sources.<//><//>`;
  if (!values) return html`<${Page} title="Edit source" back=${back}>${error ? html`<${ErrorBox} error=${error} retry=${reload} />` : html`<${Skeleton} lines=${6} />`}<//>`;
  const { source } = data;
  const waits = source.status === "needs_credentials";
  const saved = () => {
    toast(waits ? `${name} is connected` : `${name} is saved`);
    go(after);
  };
  // What the form saves goes to the source of that name.
  const renamed = (now) => {
    setName(now);
    setValues((before) => ({ ...before, name: now }));
  };
  return html`<${Page} title=${`Edit ${name}`} back=${back} about=${[source.server_product, source.server_version].filter(Boolean).join(" ")}>
    ${waits && html`<div class="note warn row" role="status"><span class="grow">This source came without its credentials. Give them, and it is connected.</span>
      ${!all && html`<${Button} small onClick=${() => setAll(true)}>Show all settings<//>`}</div>`}
    ${(!waits || all) && html`<${Rename} source=${{ ...source, name }} onRenamed=${renamed} />`}
    <${SourceForm} engines=${data.list} values=${values} onValues=${setValues} kept=${source.secrets} only=${waits && !all ? Wanted : undefined} save=${waits ? "Connect" : "Save"} onSaved=${saved} onCancel=${() => go(after)}>${() => null}<//>
  <//>`;
}
