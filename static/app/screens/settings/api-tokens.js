import { html, useState } from "../../html.js";
import { get, post } from "../../api.js";
import { Badge, Empty, RelativeTime, Skeleton } from "../../ui/bits.js";
import { Button } from "../../ui/button.js";
import { Dialog } from "../../ui/dialog.js";
import { ErrorBox } from "../../ui/error-box.js";
import { Field, Form, Select } from "../../ui/form.js";
import { CodeBlock } from "../../ui/show-as.js";
import { toast } from "../../ui/toast.js";
import { useAction, useLoad } from "../../ui/work.js";

const DAY = 24 * 60;
const LIVES = [
  { value: String(DAY), label: "1 day" },
  { value: String(30 * DAY), label: "30 days" },
  { value: String(90 * DAY), label: "90 days" },
  { value: String(365 * DAY), label: "1 year" },
];

/** Tokens for programs: made, shown once, revoked. */
export function ApiTokens() {
  const { data, error, reload } = useLoad((signal) => get("/auth/tokens", {}, { signal }), []);
  const [making, setMaking] = useState(false);
  const [shown, setShown] = useState(null);
  const made = (answer) => {
    setMaking(false);
    setShown(answer);
    reload();
  };
  const live = data?.filter((one) => one.kind === "api" && !one.revoked_at);
  return html`<section class="section">
    <div class="section-head"><h2 class="grow">API tokens</h2><${Button} icon="add" onClick=${() => setMaking(true)}>New token<//></div>
    ${error && html`<${ErrorBox} error=${error} retry=${reload} />`}
    ${!data && !error && html`<${Skeleton} />`}
    ${live?.length === 0 && html`<${Empty} icon="key" title="No token yet">A program calls the API with a token of its own, which can be ended alone.<//>`}
    ${live?.length > 0 && html`<div class="table-wrap" tabIndex="0" role="region" aria-label="API tokens"><table class="table">
      <thead><tr><th scope="col">Name</th><th scope="col" class="wide-only">Made</th><th scope="col">Ends</th><th scope="col"><span class="unseen">Actions</span></th></tr></thead>
      <tbody>${live.map((one) => html`<${Row} key=${one.jti} token=${one} onGone=${reload} />`)}</tbody>
    </table></div>`}
    ${making && html`<${Make} onMade=${made} onClose=${() => setMaking(false)} />`}
    ${shown && html`<${Dialog} title="Copy the token now" onClose=${() => setShown(null)}>
      <p>This is the only time that <strong>${shown.name || "it"}</strong> is shown. Whoever has it can do what you can.</p>
      <${CodeBlock} text=${shown.token} label="Copy token" />
      <div class="form-actions"><${Button} kind="primary" onClick=${() => setShown(null)}>Done<//></div>
    <//>`}
  </section>`;
}

function Row({ token, onGone }) {
  const revoking = useAction(async () => {
    await post(`/auth/revoke/${encodeURIComponent(token.jti)}`);
    toast(`Token ${token.name ?? ""} revoked`);
    onGone();
  });
  const past = token.expires_at && new Date(token.expires_at) < new Date();
  return html`<tr>
    <th scope="row">${token.name || html`<span class="quiet">Without a name</span>`}</th>
    <td class="fit wide-only"><${RelativeTime} at=${token.created_at} /></td>
    <td class="fit">${past ? html`<${Badge}>Ended<//>` : html`<${RelativeTime} at=${token.expires_at} />`}</td>
    <td class="fit"><${Button} small busy=${revoking.busy} onClick=${revoking.run} aria-label=${`Revoke ${token.name}`}>Revoke<//>
      ${revoking.error && html`<${ErrorBox} error=${revoking.error} />`}</td>
  </tr>`;
}

function Make({ onMade, onClose }) {
  const [life, setLife] = useState(LIVES[2].value);
  const send = async ({ name }) => onMade(await post("/auth/issue-token", { name, expires_in_minutes: Number(life) }));
  return html`<${Dialog} title="New API token" onClose=${onClose}>
    <${Form} onSend=${send} submit="Make token" onCancel=${onClose}>
      <${Field} label="Name" name="name" maxlength="100" autofocus help="What it is for, such as the program's name." />
      <${Select} label="Ends after" path="expires_in_minutes" options=${LIVES} value=${life} onChange=${(event) => setLife(event.target.value)} />
    <//>
  <//>`;
}
