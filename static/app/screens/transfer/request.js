import { post, address } from "../../api.js";
import { ApiError } from "../../api-error.js";
import { remember } from "../../calls.js";
import { upload } from "../../files.js";

const PATH = "/workspaces/import-tables";

/**
 * Imports a file, or with `dry_run` tells what would be done. An archive goes as it lies on the disk, and `onProgress`
 * is told how much of it has gone.
 */
export function importFile(file, options, { signal, onProgress } = {}) {
  if (file.format.id === "archive") return sendArchive(file, options, { signal, onProgress });
  // The call that can be shown names the document; it may have 50 MiB.
  remember({ method: "POST", url: address(PATH).href, body: { ...options, export_data: `the content of ${file.name}` } });
  return post(PATH, { ...options, export_data: file.document }, { quiet: true, signal });
}

async function sendArchive({ content, format }, { passphrase, ...query }, { signal, onProgress }) {
  if (passphrase && passphrase !== passphrase.trim()) {
    throw new ApiError({ message: "The passphrase of an archive begins and ends with no blank.", hint: "Give the one that it was exported with.", details: { path: "passphrase" } });
  }
  const headers = { "Content-Type": format.accept, ...(passphrase && { "X-Headwater-Passphrase": passphrase }) };
  return upload(PATH, content, { query, headers, signal, onProgress });
}
