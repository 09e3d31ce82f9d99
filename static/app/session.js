// Who is logged in. The token lives in this tab alone and travels in a header, never in a URL.

import { signal } from "./html.js";

const KEY = "token";

/** The token, or null. */
export const token = signal(sessionStorage.getItem(KEY));
/** What `GET /auth/me` says, once it is known. */
export const me = signal(null);
/** Why the last session ended, for the login screen. */
export const ended = signal("");

export function begin(newToken, user) {
  sessionStorage.setItem(KEY, newToken);
  me.value = user;
  ended.value = "";
  token.value = newToken;
}

/** Forgets the token. The address stays, so that a login leads back to where one was. */
export function end(why = "") {
  sessionStorage.removeItem(KEY);
  ended.value = why;
  token.value = null;
  me.value = null;
}
