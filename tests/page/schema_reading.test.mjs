import { createServer } from "node:http";
import { assert, at, look, open, test } from "./harness.mjs";
import { api as call } from "./sources.mjs";

const token = process.env.PAGE_TOKEN;
const ENDPOINTS = 6;

/** An API that answers when it is told to: it holds requests back, or answers all. */
async function slowApi() {
  const api = { asked: 0, holds: false, waiting: [], arrived: () => {} };
  const answer = (response) => response.setHeader("Content-Type", "application/json").end('[{"id":1}]');
  api.server = createServer((request, response) => {
    api.asked += 1;
    if (!api.holds) return answer(response);
    api.waiting.push(response);
    return api.arrived();
  });
  /** Answers the next request, once it is there. */
  api.one = async () => {
    while (api.waiting.length === 0) await new Promise((arrived) => Object.assign(api, { arrived }));
    answer(api.waiting.shift());
  };
  api.all = () => {
    api.holds = false;
    api.waiting.splice(0).forEach(answer);
  };
  await new Promise((done) => api.server.listen(0, "127.0.0.1", done));
  api.url = `http://127.0.0.1:${api.server.address().port}`;
  return api;
}

/** Connects an API, of which nothing is read yet, and lets it wait from then on. */
async function connect(api, name) {
  const endpoints = Array.from({ length: ENDPOINTS }, (_, n) => ({ path: `/t${n + 1}` }));
  const { connected_sources: [source] } = await call("POST", "/data/default/connect", { sources: [{ type: "api", name, connection_config: { base_url: api.url, endpoints } }] });
  api.holds = true;
  // Connecting asks nothing of the endpoints, and a reading begins in the same way.
  api.first = api.asked;
  return source.id;
}

const bar = (page) => page.getByRole("progressbar", { name: "Reading the schema" });

/** Answers so many endpoints more, until the bar stands at `done`. */
async function goOn(page, api, more, done) {
  for (let at = 0; at < more; at += 1) await api.one();
  await page.getByText(`${done} of ${ENDPOINTS} endpoints`).waitFor();
  assert(Number(await bar(page).getAttribute("value")) === done, "the bar says the same");
}

for (const [width, dark] of [[1440, false], [390, true]]) {
  await test(`a first reading is shown, goes on when one leaves and is shown again, at ${width}`, { token, width, dark }, async (page) => {
    const api = await slowApi();
    try {
      const name = `slow ${width}`;
      await connect(api, name);
      await open(page, "#/sources");
      await page.getByRole("link", { name, exact: true }).click();
      await page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
      await goOn(page, api, api.first + 2, 2);
      const names = page.getByRole("region", { name: "Tables known by name" }).getByRole("listitem");
      assert((await names.allTextContents()).join() === "t1,t2,t3,t4,t5,t6", "the tables are named meanwhile");
      await look(page, `schema reading ${width}`);
      await page.goto(`${page.base}#/sources`);
      await at(page, "Sources");
      const asked = api.asked;
      await page.goto(`${page.base}#/sync`);
      await page.getByText("Nothing was copied yet").waitFor();
      await page.goto(`${page.base}#/sources`);
      await page.getByRole("link", { name, exact: true }).click();
      await page.getByText(`2 of ${ENDPOINTS} endpoints`).waitFor();
      assert(api.asked === asked, "nobody began anew");
      await goOn(page, api, 1, 3);
      api.all();
      await page.getByRole("treeitem", { name: "t6" }).waitFor();
      assert((await bar(page).count()) === 0, "it is over");

      // Read again and stopped, what was there stays.
      api.holds = true;
      await page.getByRole("button", { name: "Refresh" }).click();
      await goOn(page, api, api.first + 1, 1);
      await look(page, `schema reading again ${width}`);
      await page.getByRole("button", { name: "Stop" }).click();
      await bar(page).waitFor({ state: "detached" });
      await page.getByRole("treeitem", { name: "t6" }).waitFor();
      api.all();
      await page.getByRole("button", { name: "Refresh" }).click();
      await page.getByText("nothing has changed").waitFor();
    } finally {
      api.server.closeAllConnections();
      api.server.close();
    }
  });
}

await test("a first reading that is stopped or fails says so, and is begun again", { token }, async (page) => {
  const api = await slowApi();
  try {
    const id = await connect(api, "stopped");
    await open(page, "#/sources");
    await page.getByRole("link", { name: "stopped", exact: true }).click();
    await goOn(page, api, api.first + 1, 1);
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByRole("heading", { name: "Not read yet" }).waitFor();
    await look(page, "schema not read yet");
    // Somebody else begins; it is shown to whoever comes back.
    await call("POST", "/data/default/schema/refresh", { source_id: id, wait: false });
    await page.goto(`${page.base}#/sources`);
    await page.getByRole("link", { name: "stopped", exact: true }).click();
    await bar(page).waitFor();
    api.server.closeAllConnections();
    api.server.close();
    await page.getByRole("alert").waitFor();
    await look(page, "schema reading failed");
  } finally {
    api.server.close();
  }
});
