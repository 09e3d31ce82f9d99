import { html } from "../../html.js";
import { Progress } from "../../ui/bits.js";
import { Button } from "../../ui/button.js";

/**
 * A file on its way, with a way to stop it.
 * @param {{label: string, words: string, done?: number, total?: number, onCancel: () => void}} props without `total` nobody knows how far it is
 */
export function Moving({ label, words, done, total, onCancel }) {
  const known = total > 0 && done < total;
  return html`<div class="moving"><${Progress} label=${label} value=${known ? done : undefined} max=${known ? total : undefined} />
    <span class="quiet small-text grow">${words}</span><${Button} small icon="stop" onClick=${onCancel}>Cancel<//></div>`;
}
