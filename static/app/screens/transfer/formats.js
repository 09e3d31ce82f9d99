// The forms that a workspace travels in: how each is asked for, and how one knows it again.

/** How a frame of zstd begins (RFC 8878, 3.1.1). */
const ZSTD = [0x28, 0xb5, 0x2f, 0xfd];
const DOCUMENT_BYTES = 50 * 2 ** 20;

export const FORMATS = [
  { id: "archive", label: "Archive (tar.zst)", ending: "tar.zst", accept: "application/zstd", help: "Of any size, with the files that were sent to the workspace.",
    knows: async (file) => startsWith(new Uint8Array(await file.slice(0, ZSTD.length).arrayBuffer())) },
  { id: "document", label: "Document (JSON)", ending: "json", help: "At most 50 MiB, without files; to be read by eye or program.", limit: DOCUMENT_BYTES,
    knows: async (file) => (await file.slice(0, 64).text()).trimStart().startsWith("{") },
];

/** The form that a file has, by its first bytes; undefined where it is none. */
export async function formatOf(file) {
  for (const format of FORMATS) {
    if (await format.knows(file)) return format;
  }
  return undefined;
}

const startsWith = (bytes) => ZSTD.every((byte, at) => bytes[at] === byte);
