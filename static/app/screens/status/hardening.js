import { html } from "../../html.js";
import { count } from "../../format.js";
import { href } from "../../router.js";
import { Badge } from "../../ui/bits.js";
import { Button } from "../../ui/button.js";
import { CopyButton } from "../../ui/copy-button.js";
import { Icon } from "../../ui/icon.js";

/** What could be safer, the gravest first, each with the next step: here where the page can take it, else in words. */
export function Hardening({ all, onBackUp }) {
  if (all.length === 0) return html`<p class="note good">Nothing to harden was found.</p>`;
  return html`<section class="section" aria-labelledby="hardening-title"><div class="section-head"><h2 id="hardening-title">What to harden</h2><${Badge} kind="warn">${count(all.length)}<//></div>
    <ul class="advice">${all.map((one) => html`<li key=${one.code + one.message}><${Icon} name="warn" />
      <div class="stack tight"><p><strong>${one.message}</strong></p><p class="quiet">${one.hint}</p><${Step} advice=${one} onBackUp=${onBackUp} /></div></li>`)}</ul>
  </section>`;
}

const BACKUPS = ["no_backup", "old_backup", "backup_failed"];

function Step({ advice: { code, command }, onBackUp }) {
  const steps = [
    BACKUPS.includes(code) && html`<${Button} small icon="add" onClick=${onBackUp}>Make one<//>`,
    code === "demo_user" && html`<${Button} small icon="user" href=${href("/settings")}>Go to users<//>`,
    command && html`<${CopyButton} small text=${command}>Copy command<//>`,
  ].filter(Boolean);
  return steps.length > 0 && html`<div class="row">${steps}</div>`;
}
