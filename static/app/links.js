// What a link opens the page with, before any screen: the token of the set-up link, or a login to fill in. Both are
// taken out of the address at once, so that no history keeps them. A login is filled in and never sent from here:
// a link logs nobody in.

import { batch, signal } from "./html.js";
import { go } from "./router.js";

/** The token of the set-up link, or null. */
export const setup = signal(null);
/** `{user, password}` for the login, or null. */
export const login = signal(null);

take();
addEventListener("hashchange", take);

function take() {
  const hash = location.hash.slice(1);
  const token = new URLSearchParams(hash).get("setup");
  const [path, query] = hash.split("?");
  if (!token && path !== "/login") return;
  const given = new URLSearchParams(query);
  batch(() => {
    if (token) setup.value = token;
    else if (given.has("user")) login.value = { user: given.get("user"), password: given.get("password") ?? "" };
  });
  go("/", {}, { replace: true });
}
