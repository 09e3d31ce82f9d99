// What was run, per user and workspace, in this browser alone. Statements and figures; never a token, never rows.

import { me } from "../../session.js";
import { scope, workspace, workspaceId } from "../../workspace.js";

const MOST = 100;
const LONGEST = 20_000;
const WHOLE = 400_000;

const key = () => `queries.${me.value.id}.${scope.value}.${workspace.value?.id ?? workspaceId.value}`;

/** The latest first: `{at, source, name, kind, text, collection, ms, rows, failed, stopped}`. */
export function readHistory() {
  try {
    const kept = JSON.parse(localStorage.getItem(key()) ?? "[]");
    return Array.isArray(kept) ? kept : [];
  } catch {
    return [];
  }
}

export function remember(entry) {
  if (entry.text.length > LONGEST) return;
  const others = readHistory().filter((one) => one.text !== entry.text || one.source !== entry.source || one.kind !== entry.kind);
  const all = [entry, ...others].slice(0, MOST);
  while (JSON.stringify(all).length > WHOLE) all.pop();
  try {
    localStorage.setItem(key(), JSON.stringify(all));
  } catch {
    // A browser that keeps nothing more has no history; the statement itself has run.
  }
}

export function clearHistory() {
  localStorage.removeItem(key());
}
