import { html, useState } from "../../html.js";
import { duration, plural } from "../../format.js";
import { Badge, Empty, RelativeTime } from "../../ui/bits.js";
import { Button } from "../../ui/button.js";
import { Dialog } from "../../ui/dialog.js";
import { clearHistory, readHistory } from "./history.js";

/** What was run before; one that is chosen comes back into the editor. */
export function HistoryDialog({ targets, onChoose, onClose }) {
  const [all, setAll] = useState(readHistory);
  const [wanted, setWanted] = useState("");
  const text = wanted.trim().toLowerCase();
  const shown = all.filter((one) => one.text.toLowerCase().includes(text));
  const clear = () => {
    clearHistory();
    setAll([]);
  };
  const there = (one) => targets.some(({ id }) => id === one.source);
  return html`<${Dialog} title="History" wide onClose=${onClose}>
    ${all.length === 0 ? html`<${Empty} icon="jobs" title="Nothing was run yet">Each statement that runs is kept here, in this browser alone.<//>`
      : html`<input class="input" type="search" aria-label="Find a statement" placeholder="Find a statement" spellcheck=${false} value=${wanted} onInput=${(event) => setWanted(event.target.value)} autofocus />
      <ul class="query-history" aria-label="Statements">${shown.map((one) => html`<li key=${one.at}>
        <button type="button" class="query-history-entry" disabled=${!there(one)} onClick=${() => onChoose(one)}>
          <code>${one.text}</code>
          <span class="row quiet small-text">${one.name}<span>·</span><${RelativeTime} at=${one.at} /><span>·</span>${one.failed ? html`<${Badge} kind=${one.stopped ? "" : "bad"}>${one.stopped ? "Stopped" : "Failed"}<//>` : `${plural(one.rows, "row")} in ${duration(one.ms)}`}
            ${!there(one) && html`<${Badge}>The source is gone<//>`}</span>
        </button></li>`)}</ul>
      ${shown.length === 0 && html`<p class="quiet">Nothing found.</p>`}
      <div class="row"><span class="quiet small-text grow">Kept in this browser alone, the last 100.</span><${Button} icon="trash" onClick=${clear}>Clear history<//></div>`}
  <//>`;
}
