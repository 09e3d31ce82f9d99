import { html } from "../html.js";
import { clean } from "../calls.js";
import { Button } from "./button.js";
import { CopyButton } from "./copy-button.js";
import { Icon } from "./icon.js";

/**
 * A failure: the plain cause, the next step, and what to hand to whoever looks into it.
 * @param {{error: Error, retry?: () => void, children?: any}} props
 */
export function ErrorBox({ error, retry, children }) {
  return html`<div class="error-box" role="alert">
    <${Icon} name="warn" />
    <div class="stack tight">
      <p><strong>${error.message}</strong>${error.hint && ` ${error.hint}`}</p>
      ${error.details?.server_message && html`<p class="mono">${error.details.server_message}</p>`}
      ${children}
      <div class="row">
        ${retry && html`<${Button} small icon="refresh" onClick=${retry}>Try again<//>`}
        <${CopyButton} small text=${() => report(error)}>Copy details<//>
        ${error.requestId && html`<span class="quiet small-text">Request <code>${error.requestId}</code></span>`}
      </div>
    </div>
  </div>`;
}

/** The text for whoever looks into it, without secrets. */
export function report(error) {
  const { code, status, requestId, details = {} } = error;
  const lines = [error.message, error.hint, code && `code: ${code}${status ? ` (${status})` : ""}`, requestId && `request: ${requestId}`];
  for (const [name, value] of Object.entries(details)) lines.push(`${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`);
  return clean(lines.filter(Boolean).join("\n"));
}
