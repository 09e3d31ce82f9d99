import { html, useEffect, useState } from "../html.js";
import { Icon } from "../ui/icon.js";
import { Kbd } from "../ui/bits.js";

/** Opens the search over all sources, by click or Ctrl-K; what it takes is loaded then. */
export function SearchButton() {
  const [Palette, setPalette] = useState(null);
  const open = async () => {
    const loaded = await import("./palette.js");
    setPalette(() => loaded.Palette);
  };
  useEffect(() => {
    const keys = (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "k" || event.shiftKey || event.altKey) return;
      event.preventDefault();
      if (!document.querySelector("dialog[open]")) open();
    };
    addEventListener("keydown", keys);
    return () => removeEventListener("keydown", keys);
  }, []);
  return html`<button type="button" class="search-button" aria-keyshortcuts="Control+K" onClick=${open}>
      <${Icon} name="search" /><span class="search-words">Search tables and columns</span><${Kbd}>Ctrl K<//>
    </button>
    ${Palette && html`<${Palette} onClose=${() => setPalette(null)} />`}`;
}
