// The forms that a workspace travels in: how each is asked for, and how one knows it again.

export const FORMATS = [
  { id: "document", label: "Document (JSON)", ending: "json", help: "At most 50 MiB.", knows: async (file) => (await file.slice(0, 64).text()).trimStart().startsWith("{") },
];

/** The form that a file has, by its first bytes; undefined where it is none. */
export async function formatOf(file) {
  for (const format of FORMATS) {
    if (await format.knows(file)) return format;
  }
  return undefined;
}
