import { post, address } from "../../api.js";
import { remember } from "../../calls.js";

/** Imports a file, or with `dry_run` tells what would be done. */
export function importFile(file, options) {
  const path = "/workspaces/import-tables";
  // The call that can be shown names the document; it may have 50 MiB.
  remember({ method: "POST", url: address(path).href, body: { ...options, export_data: `the content of ${file.name}` } });
  return post(path, { ...options, export_data: file.document }, { quiet: true });
}
