// The texts of a tab that were not run yet, by user, workspace, target and kind: a page that is loaded anew has them.

import { me } from "../../session.js";
import { scope, workspaceId } from "../../workspace.js";

const LONGEST = 200_000;

const key = (name) => `draft.${me.value.id}.${scope.value}.${workspaceId.value}.${name}`;

export const draftOf = (name) => sessionStorage.getItem(key(name)) ?? undefined;

export function keepDraft(name, text) {
  try {
    if (text.length <= LONGEST) sessionStorage.setItem(key(name), text);
  } catch {
    // A tab that has no room for more keeps what it had.
  }
}
