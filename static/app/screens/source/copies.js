// A table, or all of them, in the words of other tools. The API writes the forms; SQL and JSON are made here.

import { html } from "../../html.js";
import { send } from "../../api.js";
import { exactText } from "../../exact-json.js";
import { download, save } from "../../files.js";
import { path, scope } from "../../workspace.js";
import { copyText } from "../../ui/copy-button.js";
import { Icon } from "../../ui/icon.js";
import { Menu } from "../../ui/menu.js";
import { toast } from "../../ui/toast.js";
import { ddl, script } from "./ddl.js";

const FORMS = [
  { format: "markdown", label: "Markdown", ending: "md" },
  { format: "dbml", label: "DBML", ending: "dbml" },
  { format: "mermaid", label: "mermaid", ending: "mmd" },
  { format: "jsonschema", label: "JSON Schema", ending: "schema.json" },
];

/** The text of some tables, or of all, in a form of the API. */
export async function formOf(id, format, tables) {
  const response = await send("GET", path("data/schema"), { query: { scope: scope.value, source_id: id, format, tables: tables?.join(",") } });
  return response.text();
}

export function CopyMenu({ id, model, table }) {
  const items = [
    { heading: "Copy as" },
    !table.fields?.length && { text: "SQL", onClick: () => copyText(() => ddl(model, table)) },
    ...FORMS.map(({ format, label }) => ({ text: label, onClick: () => copyText(() => formOf(id, format, [table.id])) })),
    { text: "JSON", onClick: () => copyText(() => exactText(table, 2)) },
  ];
  return html`<${Menu} small items=${items} label="Copy as">Copy as<${Icon} name="chevron" /><//>`;
}

export function DownloadMenu({ source, model }) {
  const { id = source.source_id, name } = source;
  const sql = () => save(script(model), `${name}.sql`, "text/plain");
  const isDocuments = model.tables.every((table) => table.fields?.length);
  const items = [
    { heading: "The whole schema as a file" },
    !isDocuments && { text: "SQL", onClick: sql },
    ...FORMS.map(({ format, label, ending }) => ({ text: label, onClick: () => fetchFile(id, format, `${name}.${ending}`) })),
    { text: "JSON", onClick: () => save(exactText(model.schema), `${name}.json`, "application/json") },
  ];
  return html`<${Menu} icon="download" label="Download the schema" items=${items} />`;
}

async function fetchFile(id, format, name) {
  try {
    await download(path("data/schema"), name, { query: { scope: scope.value, source_id: id, format } });
  } catch (error) {
    toast.bad(error.message);
  }
}
