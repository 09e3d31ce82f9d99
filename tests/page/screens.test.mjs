import { URL_OF_SERVER, look, open, test } from "./harness.mjs";

const token = process.env.PAGE_TOKEN;
const listed = await fetch(`${URL_OF_SERVER}/api/v1/data/list`, { headers: { Authorization: `Bearer ${token}` } });
const [{ id: shop }] = (await listed.json()).data;
const SCREENS = {
  sources: "#/sources", "add a source": "#/sources/add", source: `#/sources/${shop}?table=orders`,
  diagram: `#/sources/${shop}/diagram`, changes: `#/sources/${shop}/changes`,
  preview: "#/preview", query: "#/query", sync: "#/sync", "new sync": "#/sync/new",
  transfer: "#/transfer", status: "#/status", api: "#/api",
  projects: "#/projects", workspaces: "#/workspaces", settings: "#/settings", nothing: "#/nothing",
};

for (const width of [390, 1440]) {
  for (const dark of [false, true]) {
    const kind = `${width} ${dark ? "dark" : "light"}`;
    await test(`every screen is sound at ${kind}`, { width, dark, token }, async (page) => {
      for (const [name, hash] of Object.entries(SCREENS)) {
        await open(page, hash);
        await look(page, `${name} ${kind}`);
      }
    });
  }
}
