import { html, useEffect, useState } from "../html.js";
import { post } from "../api.js";
import { begin, ended } from "../session.js";
import { Field, Form } from "../ui/form.js";
import { Alone } from "./alone.js";

/** The login. The address is left as it is, so that it leads back to where one was. */
export function LogIn() {
  const [several, setSeveral] = useState(false);
  useEffect(() => {
    document.title = "Log in · Headwater";
  }, []);
  const send = async (fields) => {
    const { token, user } = await post("/auth/login", fields, { quiet: true });
    begin(token, user);
  };
  return html`<${Alone} title="Log in">
    ${ended.value && html`<p class="note" role="status">${ended.value}</p>`}
    <${Form} onSend=${send} submit="Log in" actions=${!several && html`<button type="button" class="link" onClick=${() => setSeveral(true)}>My name is in several organizations</button>`}>
      <${Field} label="User name" name="username" autocomplete="username" autofocus spellcheck=${false} autocapitalize="none" />
      <${Field} label="Password" name="password" type="password" autocomplete="current-password" />
      ${several && html`<${Field} label="Organization" name="organization" autocomplete="organization" spellcheck=${false} autofocus />`}
    <//>
  <//>`;
}
