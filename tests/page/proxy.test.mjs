// Behind a reverse proxy that serves the page below a path of its own, and knows nothing of it.

import { createServer, request } from "node:http";
import { URL_OF_SERVER, assert, at, look, open, test } from "./harness.mjs";

const PREFIX = "/any/sub/path";
const token = process.env.PAGE_TOKEN;
const strays = [];

const proxy = createServer((incoming, answer) => {
  if (!incoming.url.startsWith(`${PREFIX}/`)) {
    strays.push(incoming.url);
    return answer.writeHead(404).end();
  }
  const target = new URL(incoming.url.slice(PREFIX.length), URL_OF_SERVER);
  const onward = request(target, { method: incoming.method, headers: { ...incoming.headers, host: target.host } }, (reply) => {
    answer.writeHead(reply.statusCode, reply.headers);
    reply.pipe(answer);
  });
  incoming.pipe(onward);
});
await new Promise((ready) => proxy.listen(0, "127.0.0.1", ready));
const url = `http://127.0.0.1:${proxy.address().port}${PREFIX}/`;

await test("every asset and call stays below the path", { url, token }, async (page) => {
  await open(page);
  for (const name of ["Projects", "Settings"]) {
    await page.getByRole("link", { name, exact: true }).click();
    await at(page, name);
  }
  await page.getByRole("button", { name: "Show as curl or Python" }).click();
  await page.getByText(`curl '${url}api/v1/auth/tokens'`).waitFor();
  await look(page, "curl");
  await page.getByRole("tab", { name: "Python" }).click();
  await page.getByText("import requests").first().waitFor();
});

await test("a link into the page opens what it names", { url, token }, async (page) => {
  await open(page, "#/settings");
  await at(page, "Settings");
  await page.reload();
  await at(page, "Settings");
});

const stray = strays.filter((path) => path !== "/favicon.ico");
if (stray.length > 0) {
  console.error(`asked outside of the path: ${stray.join(", ")}`);
  process.exitCode = 1;
}
assert(proxy.listening, "the proxy was there");
proxy.close();
proxy.closeAllConnections();
