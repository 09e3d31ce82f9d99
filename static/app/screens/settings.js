import { html } from "../html.js";
import { post } from "../api.js";
import { begin, me } from "../session.js";
import { Fact } from "../ui/bits.js";
import { Field, Form } from "../ui/form.js";
import { Page } from "../ui/page.js";
import { toast } from "../ui/toast.js";
import { ApiTokens } from "./settings/api-tokens.js";
import { Users } from "./settings/users.js";

/** Who is logged in, their password, and their tokens for programs; for an admin the users besides. */
export default function Settings() {
  const { name, organization, role } = me.value;
  return html`<${Page} title="Settings">
    <section class="section"><h2>You</h2>
      <dl class="facts"><${Fact} label="User name">${name}<//><${Fact} label="Organization">${organization}<//><${Fact} label="Role">${role}<//></dl>
    </section>
    <${ApiTokens} />
    <${Password} />
    ${role === "admin" && html`<${Users} />`}
  <//>`;
}

function Password() {
  const change = async (fields) => {
    const { token, user } = await post("/auth/change-password", fields);
    begin(token, user);
    toast("Password changed");
  };
  return html`<section class="section"><h2>Change password</h2>
    <p class="quiet">All of your tokens end with it, those of programs too. You stay logged in here.</p>
    <${Form} onSend=${change} submit="Change password" places=${{ weak_password: "new_password", invalid_credentials: "current_password" }}>
      <input type="hidden" autocomplete="username" value=${me.value.name} />
      <${Field} label="Current password" name="current_password" type="password" autocomplete="current-password" />
      <${Field} label="New password" name="new_password" type="password" autocomplete="new-password" help="12 characters or more; a few words do well." />
    <//>
  </section>`;
}
