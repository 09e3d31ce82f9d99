import { html, useEffect, useId, useRef, useState } from "../html.js";
import { ApiError } from "../api.js";
import { Dialog } from "../ui/dialog.js";
import { ErrorBox } from "../ui/error-box.js";
import { Icon } from "../ui/icon.js";
import { Kbd } from "../ui/bits.js";

/** Opens the search over all sources, by click or Ctrl-K. */
export function SearchButton() {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const keys = (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "k" || event.shiftKey || event.altKey) return;
      event.preventDefault();
      if (!document.querySelector("dialog[open]")) setOpen(true);
    };
    addEventListener("keydown", keys);
    return () => removeEventListener("keydown", keys);
  }, []);
  return html`<button type="button" class="search-button" aria-keyshortcuts="Control+K" onClick=${() => setOpen(true)}>
      <${Icon} name="search" /><span class="search-words">Search tables and columns</span><${Kbd}>Ctrl K<//>
    </button>
    ${open && html`<${Search} onClose=${() => setOpen(false)} />`}`;
}

/** The field is there at once; what it finds is loaded meanwhile, and then has the keys that came before it. */
function Search({ onClose }) {
  const [text, setText] = useState("");
  const [Found, setFound] = useState(null);
  const [active, setActive] = useState(undefined);
  const [error, setError] = useState(null);
  const onKey = useRef(null);
  const early = useRef([]);
  const list = useId();
  useEffect(() => {
    import("./palette.js").then((loaded) => setFound(() => loaded.Found), () => setError(notLoaded()));
  }, []);
  const keys = (event) => {
    if (!["ArrowDown", "ArrowUp", "Enter"].includes(event.key)) return;
    event.preventDefault();
    if (onKey.current) onKey.current(event.key);
    else early.current.push(event.key);
  };
  return html`<${Dialog} title="Search" plain onClose=${onClose} class="palette">
    <div class="palette-field"><${Icon} name="search" />
      <input class="palette-input" role="combobox" aria-label="Search tables and columns" aria-expanded=${Found ? "true" : "false"} aria-controls=${Found ? list : undefined} aria-autocomplete="list"
        aria-activedescendant=${active} placeholder="Table, column, or screen" autocomplete="off" spellcheck=${false} maxlength="200"
        value=${text} onInput=${(event) => setText(event.target.value)} onKeyDown=${keys} autofocus /></div>
    ${error && html`<${ErrorBox} error=${error} />`}
    ${Found ? html`<${Found} text=${text} list=${list} onKey=${onKey} early=${early} onActive=${setActive} onClose=${onClose} />` : html`<p class="palette-foot quiet" role="status">${error ? "" : "Loading"}</p>`}
  <//>`;
}

function notLoaded() {
  return new ApiError({ message: "The search could not be loaded.", hint: "Check that Headwater is still running, then open it again.", code: "unreachable" });
}
