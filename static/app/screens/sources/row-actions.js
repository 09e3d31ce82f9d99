// What can be done with a source of the list.

import { html, useState } from "../../html.js";
import { post } from "../../api.js";
import { save } from "../../files.js";
import { count, plural } from "../../format.js";
import { href } from "../../router.js";
import { here, mayWrite, scope, path, workspace } from "../../workspace.js";
import { Skeleton } from "../../ui/bits.js";
import { ConfirmByName } from "../../ui/confirm-by-name.js";
import { Dialog } from "../../ui/dialog.js";
import { ErrorBox } from "../../ui/error-box.js";
import { Menu } from "../../ui/menu.js";
import { toast } from "../../ui/toast.js";
import { useLoad } from "../../ui/work.js";
import { hasScreen } from "./has-screen.js";

/** The menu of a source. `onChange` is told when the list is no longer what it was. */
export function RowActions({ source, onChange }) {
  const [deleting, setDeleting] = useState(false);
  const at = `/sources/${encodeURIComponent(source.id)}`;
  const test = async () => {
    try {
      const report = await here.post("data/test-connection", { source_id: source.id });
      toast(`${source.name} answers, in ${Math.round(report.total_ms)} ms`);
    } catch (error) {
      toast.bad([`${source.name}: ${error.message}`, error.hint].filter(Boolean).join(" "));
    }
    onChange();
  };
  const items = [
    hasScreen("/sources/:id") && { text: "Open", icon: "table", href: href(at) },
    { text: "Test again", icon: "status", onClick: test, disabled: source.status === "needs_credentials" },
    mayWrite.value && { text: "Edit", icon: "edit", href: href(`${at}/edit`) },
    mayWrite.value && hasScreen("/sync/new") && { text: "Sync", icon: "jobs", href: href("/sync/new", { source: source.id }) },
    mayWrite.value && { text: "Delete", icon: "trash", danger: true, onClick: () => setDeleting(true) },
  ];
  return html`<${Menu} kind="quiet" small icon="more" label=${`More of ${source.name}`} items=${items} />
    ${deleting && html`<${DeleteSource} source=${source} onDone=${onChange} onClose=${() => setDeleting(false)} />`}`;
}

/** Deletes a source once its name is typed; says exactly what goes, which is read first. */
export function DeleteSource({ source, onDone, onClose }) {
  const { data, error, reload } = useLoad((signal) => here.get(`data/sources/${encodeURIComponent(source.id)}`, {}, { signal }), [source.id]);
  if (!data) {
    return html`<${Dialog} title=${`Delete source ${source.name}?`} onClose=${onClose}>${error ? html`<${ErrorBox} error=${error} retry=${reload} />` : html`<${Skeleton} lines=${3} />`}<//>`;
  }
  const goes = [
    html`The source <strong>${source.name}</strong>${data.secrets.length > 0 && " with its credentials"}`,
    data.table_count > 0 && `What is known of its ${plural(data.table_count, "table")}, and all versions of its schema`,
    data.copied_rows > 0 ? `${plural(data.copied_rows, "local row")} of ${plural(data.copied_tables, "copied table")}` : data.copied_tables > 0 && `${count(data.copied_tables)} copies without rows`,
  ].filter(Boolean);
  const exportFirst = async () => {
    const document = await post(path("workspaces/export-tables"), { scope: scope.value, include_data: true });
    save(JSON.stringify(document), `${workspace.value?.name ?? "workspace"}.json`, "application/json");
  };
  const remove = async () => {
    await here.post("data/cleanup", { source_ids: [source.id] });
    toast(`Source ${source.name} deleted`);
    onClose();
    onDone();
  };
  return html`<${ConfirmByName} what="source" name=${source.name} goes=${goes} stays="What it leads to is not touched. The export is of the whole workspace."
    exportFirst=${exportFirst} onConfirm=${remove} onClose=${onClose} />`;
}
