// The workspace that is open: it stands in the address, so that a link opens the same one elsewhere.

import { batch, computed, effect, signal } from "./html.js";
import { call, get } from "./api.js";
import { me, token } from "./session.js";
import { route } from "./router.js";

/** All workspaces of the caller, of both scopes; null until they are known. */
export const workspaces = signal(null);
// Who comes next has others.
effect(() => {
  if (!token.value) workspaces.value = null;
});

/** Whose workspace it is: `user` or `organization`. */
export const scope = computed(() => (route.value.query.scope === "organization" ? "organization" : "user"));
/** Its id as calls have it; `default` where the address names none. */
export const workspaceId = computed(() => route.value.query.workspace ?? "default");

/** The workspace itself, where it is known. The default one is the oldest of its scope. */
export const workspace = computed(() => {
  const own = (workspaces.value ?? []).filter((one) => one.scope === scope.value);
  return own.find((one) => one.id === workspaceId.value) ?? (workspaceId.value === "default" ? own[0] : undefined) ?? null;
});

/** Whether the caller may change things here. */
export const mayWrite = computed(() => scope.value === "user" || (me.value !== null && me.value.role !== "viewer"));

/** Reads the list of workspaces anew. The default one of each scope is made by the server where it is not there. */
export async function refreshWorkspaces() {
  const list = (of) => get("/workspaces/list", { scope: of }, { quiet: true });
  const [own, shared] = await Promise.all([list("user"), list("organization")]);
  batch(() => {
    workspaces.value = [...own, ...shared];
  });
}

/** `/data/ws_1/list` of `data/list`: a path with the open workspace's id. */
export function path(short) {
  const [kind, ...rest] = short.replace(/^\//, "").split("/");
  return `/${kind}/${encodeURIComponent(workspaceId.value)}/${rest.join("/")}`;
}

/** Calls in the open workspace: `here.get("data/list", {tables: true})`; id and scope are added. */
export const here = {
  get: (short, query, options) => call("GET", path(short), { ...options, query: { scope: scope.value, ...query } }),
  post: (short, body, options) => call("POST", path(short), { ...options, body: { scope: scope.value, ...body } }),
  delete: (short, query, options) => call("DELETE", path(short), { ...options, query: { scope: scope.value, ...query } }),
};
