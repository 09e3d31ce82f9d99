import { html } from "../../html.js";
import { plural } from "../../format.js";
import { Fold } from "../../ui/bits.js";
import { Field, Select, TextField } from "../../ui/form.js";
import { SecretField } from "../../ui/secret-field.js";
import { bySrv } from "./values.js";

const TLS = [
  { value: "", label: "Automatic" }, { value: "disable", label: "Never" }, { value: "prefer", label: "Where the server offers it" },
  { value: "require", label: "Always, certificate not checked" }, { value: "verify-ca", label: "Always, signed by a trusted authority" },
  { value: "verify-full", label: "Always, and made out to this host" },
];

/**
 * The fields of a database: those that everybody needs, and the others folded away.
 * @param {{engine: object, values: object, set: (change: object) => void, kept?: string[]}} props `kept` are the secrets that are there
 */
export function DatabaseFields({ engine, values, set, kept = [] }) {
  const text = (name, path = name) => ({ value: values[name], path: `database.${path}`, onInput: (event) => set({ [name]: event.target.value }), autocomplete: "off", spellcheck: false, autocapitalize: "none" });
  if (!engine.capability.network) {
    return html`<${Field} label="File" ...${text("database")} placeholder="demo/shop.sqlite" help="Its path below the files folder of the server, or uploads/… of a file that was sent." />`;
  }
  const several = values.host.includes(",");
  const srv = bySrv(values);
  const help = srv ? "A name with an SRV entry (mongodb+srv), which tells the servers and their ports." : several ? "Several hosts, each with its port, are tried in turn." : null;
  return html`
    <div class="host-port">
      <${Field} label="Host" ...${text("host")} placeholder="db.example.com" help=${help} />
      <${Field} label="Port" ...${text("port")} placeholder=${srv ? "by SRV" : several ? "with each" : String(engine.default_port ?? "")} disabled=${srv || several} inputmode="numeric" />
    </div>
    <${Field} label="Database" ...${text("database")} />
    <div class="field-pair">
      <${Field} label="User" ...${text("username")} />
      <${SecretField} key=${`password ${kept.includes("password")}`} label="Password" name="password" path="database.password" set=${kept.includes("password")}
        input=${{ value: values.password, onInput: (event) => set({ password: event.target.value }) }} />
    </div>
    <${Tls} values=${values} set=${set} text=${text} kept=${kept} />
    <${Options} engine=${engine} values=${values} set=${set} text=${text} />`;
}

function Tls({ values, set, text, kept }) {
  const note = TLS.find((one) => one.value === values.tls)?.label;
  return html`<${Fold} title="Encryption" note=${note}>
    <${Select} label="TLS" path="database.options.tls" options=${TLS} value=${values.tls} onChange=${(event) => set({ tls: event.target.value })}
      help="Automatic encrypts where the server offers it, and checks the certificate in full once an authority is given." />
    <${TextField} label="Authority to trust" optional ...${text("tls_ca", "options.tls_ca")} placeholder="-----BEGIN CERTIFICATE-----" help="As PEM. Without it the system's authorities count." />
    <${TextField} label="Client certificate" optional ...${text("tls_certificate", "options.tls_certificate")} placeholder="-----BEGIN CERTIFICATE-----" />
    <${SecretField} label="Key of the client certificate" name="tls_key" path="database.options.tls_key" rows=${3} set=${kept.includes("client_key")} optional />
  <//>`;
}

function Options({ engine, values, set, text }) {
  const option = (name, value) => {
    const { [name]: _, ...others } = values.options;
    set({ options: value === "" ? others : { ...others, [name]: value } });
  };
  const given = Object.keys(values.options).length + Number(values.schema !== "");
  return html`<${Fold} title="More options" note=${given ? plural(given, "option") + " set" : null}>
    ${engine.capability.schemas && html`<${Field} label="Schema" optional ...${text("schema")} help="The one schema that is wanted; all unless told." />`}
    <${EngineOptions} engine=${engine} values=${values} onOption=${option} />
    ${engine.capability.query && html`<${TextField} label="Query" optional ...${text("query")} help="A read-only select, shown as one more table named query." />`}
  <//>`;
}

/** The options that the engine says that it has. */
export function EngineOptions({ engine, values, onOption, leave = [] }) {
  return engine.options.filter(({ name }) => !leave.includes(name)).map(({ name, help }) => html`<${Field} key=${name} label=${name} optional help=${help} path=${`database.options.${name}`}
    value=${values.options[name] ?? ""} onInput=${(event) => onOption(name, event.target.value)} autocomplete="off" spellcheck=${false} autocapitalize="none" />`);
}
