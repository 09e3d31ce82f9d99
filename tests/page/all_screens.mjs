// Every screen by its address, on the demo's source.

import { source } from "./sources.mjs";

const { id: shop } = await source("shop");

export const SCREENS = {
  sources: "#/sources", "add a source": "#/sources/add", source: `#/sources/${shop}?table=orders`, "edit source": `#/sources/${shop}/edit`,
  diagram: `#/sources/${shop}/diagram`, changes: `#/sources/${shop}/changes`,
  preview: "#/preview", rows: `#/preview?source=${shop}&table=orders`, query: "#/query", sync: "#/sync", "new sync": "#/sync/new",
  transfer: "#/transfer", status: "#/status", api: "#/api",
  projects: "#/projects", workspaces: "#/workspaces", settings: "#/settings", nothing: "#/nothing",
};
