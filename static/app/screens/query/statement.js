// Which statement runs: what is chosen, else the one at the cursor.

import { ensureSyntaxTree } from "../../../vendor/codemirror-language.js";

/** Parsing what stands before the cursor takes no longer than this. */
const PARSE_MS = 300;

/** @returns {{text: string, from: number}} without the semicolon at its end */
export function statementAt(state) {
  const { main } = state.selection;
  if (!main.empty) return cut(state, main.from, main.to);
  const statements = ensureSyntaxTree(state, state.doc.length, PARSE_MS)?.topNode.getChildren("Statement") ?? [];
  if (statements.length === 0) return cut(state, 0, state.doc.length);
  const around = statements.find(({ from, to }) => from <= main.head && main.head <= to);
  const before = statements.findLast(({ from }) => from <= main.head);
  const { from, to } = around ?? before ?? statements[0];
  return cut(state, from, to);
}

function cut(state, from, to) {
  const raw = state.sliceDoc(from, to);
  const begin = raw.length - raw.trimStart().length;
  return { text: raw.trim().replace(/[;\s]+$/, ""), from: from + begin };
}
