import { html, useEffect } from "../html.js";
import { post } from "../api.js";
import { go } from "../router.js";
import { screens } from "../screens/index.js";
import { begin } from "../session.js";
import { Field, Form } from "../ui/form.js";
import { Alone } from "./alone.js";

/** The first start: three fields, then straight to the first source. */
export function Welcome({ link, onDone }) {
  useEffect(() => {
    document.title = "Welcome · Headwater";
  }, []);
  const send = async (fields) => {
    const { token, user } = await post("/auth/setup", { token: link, ...fields }, { quiet: true });
    const add = screens.some((screen) => screen.path === "/sources/add");
    begin(token, user);
    onDone();
    go(add ? "/sources/add" : "/sources");
  };
  return html`<${Alone} title="Welcome" about="Make the first admin of this server. The link works once.">
    <${Form} onSend=${send} submit="Make the admin" places=${{ weak_password: "password" }}>
      <${Field} label="User name" name="username" value="admin" autocomplete="username" autofocus spellcheck=${false} autocapitalize="none" />
      <${Field} label="Password" name="password" type="password" autocomplete="new-password" help="12 characters or more; a few words do well." />
      <${Field} label="Organization" name="organization" value="default" autocomplete="organization" help="Whom sources are shared with. People are added to it later." spellcheck=${false} />
    <//>
  <//>`;
}
