import { html, useEffect, useRef, useState } from "../../html.js";
import { ApiError } from "../../api.js";
import { ErrorBox } from "../../ui/error-box.js";

/**
 * The editor, loaded when it is first wanted.
 * @param {{handle: {current: any}, engine: string, names: object, text: string, collection: () => string, onChange: (text: string) => void, onRun: () => void}} props
 */
export function Editor({ handle, engine, names, text, collection, onChange, onRun }) {
  const host = useRef(null);
  const latest = useRef({});
  latest.current = { onChange, onRun, collection };
  const [error, setError] = useState(null);
  const [ready, setReady] = useState(false);
  useEffect(() => {
    let gone = false;
    let made = null;
    load().then(([{ makeEditor }, { documentNames, sqlNames }]) => {
      if (gone) return;
      const documents = engine === "mongodb";
      made = makeEditor(host.current, {
        label: "Statement",
        hint: documents ? '{"find": "collection", "filter": {}}' : "SELECT …",
        text,
        engine,
        onChange: (next) => latest.current.onChange(next),
        onRun: () => latest.current.onRun(),
        complete: documents ? documentNames(names, () => latest.current.collection()) : sqlNames(names),
      });
      handle.current = made;
      setReady(true);
    }, () => gone || setError(new ApiError({ message: "The editor could not be loaded.", hint: "Check that Headwater is still running, then open the screen again.", code: "unreachable" })));
    return () => {
      gone = true;
      made?.destroy();
      handle.current = null;
    };
  }, []);
  if (error) return html`<${ErrorBox} error=${error} />`;
  return html`<div class="query-editor" ref=${host} aria-busy=${ready ? undefined : "true"} data-ready=${ready ? "true" : undefined}></div>`;
}

const load = () => Promise.all([import("./codemirror.js"), import("./completion.js")]);
