import { html, useState } from "../html.js";
import { asCurl, asPython, calls } from "../calls.js";
import { CopyButton } from "./copy-button.js";
import { Dialog } from "./dialog.js";
import { Tabs } from "./tabs.js";
import { Button } from "./button.js";

const LANGUAGES = [{ id: "curl", label: "curl", show: asCurl }, { id: "python", label: "Python", show: asPython }];

/**
 * "Show as curl / Python": the calls behind what the screen shows, or `usual`, where it was all known already.
 * `Page` has it at its end.
 */
export function ShowAs({ usual }) {
  const [open, setOpen] = useState(false);
  const shown = calls.value.length > 0 || !usual ? calls.value : [usual];
  if (shown.length === 0) return null;
  return html`<footer class="page-foot">
    <${Button} kind="quiet" small icon="code" onClick=${() => setOpen(true)}>Show as curl or Python<//>
    ${open && html`<${Shown} calls=${shown} onClose=${() => setOpen(false)} />`}
  </footer>`;
}

function Shown({ calls: all, onClose }) {
  const [language, setLanguage] = useState("curl");
  const { show } = LANGUAGES.find((one) => one.id === language);
  return html`<${Dialog} title="The same by the API" wide onClose=${onClose}>
    <p class="quiet">The latest calls of this screen, with a token of yours in <code>$TOKEN</code>; passwords are left out as <code>***</code>.</p>
    <${Tabs} label="Language" tabs=${LANGUAGES} current=${language} onChange=${setLanguage}>
      <div class="stack">
        ${all.map((call) => html`<${CodeBlock} key=${call.method + call.url} text=${show(call)} />`)}
      </div>
    <//>
  <//>`;
}

/** A text in the data font, with a button that copies it. */
export function CodeBlock({ text, label = "Copy" }) {
  return html`<div class="code-block"><pre tabIndex="0">${text}</pre><${CopyButton} small text=${text} label=${label} /></div>`;
}
