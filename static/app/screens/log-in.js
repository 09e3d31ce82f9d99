import { html, useEffect, useState } from "../html.js";
import { post } from "../api.js";
import { login } from "../links.js";
import { begin, ended } from "../session.js";
import { Field, Form } from "../ui/form.js";
import { Alone } from "./alone.js";

/** The login. The address is left as it is, so that it leads back to where one was. */
export function LogIn() {
  const [several, setSeveral] = useState(false);
  const given = login.value;
  useEffect(() => {
    document.title = "Log in · Headwater";
  }, []);
  const send = async (fields) => {
    const { token, user } = await post("/auth/login", fields, { quiet: true });
    login.value = null;
    begin(token, user);
  };
  return html`<${Alone} title="Log in">
    ${ended.value && html`<p class="note" role="status">${ended.value}</p>`}
    ${given && html`<p class="note" role="status">${given.password ? `The link filled in the login of ${given.user}.` : `The link filled in the name ${given.user}.`}</p>`}
    <${Form} key=${JSON.stringify(given)} onSend=${send} submit="Log in" actions=${!several && html`<button type="button" class="link" onClick=${() => setSeveral(true)}>My name is in several organizations</button>`}>
      <${Field} label="User name" name="username" defaultValue=${given?.user} autocomplete="username" autofocus=${!given} spellcheck=${false} autocapitalize="none" />
      <${Field} label="Password" name="password" type="password" defaultValue=${given?.password} autocomplete="current-password" autofocus=${Boolean(given)} />
      ${several && html`<${Field} label="Organization" name="organization" autocomplete="organization" spellcheck=${false} autofocus />`}
    <//>
  <//>`;
}
