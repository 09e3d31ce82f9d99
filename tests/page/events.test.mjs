// Events whose stream breaks in the middle, again and again: each is seen once, in order.

import { createServer, request } from "node:http";
import { URL_OF_SERVER, assert, open, test } from "./harness.mjs";

const token = process.env.PAGE_TOKEN;
const LAST = 4;
const asked = [];
const proxy = createServer((incoming, answer) => {
  const target = new URL(incoming.url, URL_OF_SERVER);
  if (target.pathname.endsWith("/test/events")) return tell(incoming.headers["last-event-id"], answer);
  const onward = request(target, { method: incoming.method, headers: { ...incoming.headers, host: target.host } }, (reply) => {
    answer.writeHead(reply.statusCode, reply.headers);
    reply.pipe(answer);
  });
  return incoming.pipe(onward);
});
await new Promise((ready) => proxy.listen(0, "127.0.0.1", ready));

// One event a connection; the first time a broken one, the next time an end without a word, once a busy server.
function tell(last, answer) {
  asked.push(last);
  if (asked.length === 3) return answer.writeHead(503).end();
  const number = Number(last ?? 0) + 1;
  answer.writeHead(200, { "Content-Type": "text/event-stream" });
  const text = `: still here\n\nid: ${number}\nevent: ${number === LAST ? "end" : "progress"}\ndata: {"number": ${number}}\n\nid: 99\nevent: progress\ndata: {"num`;
  // Ended without the end of its answer, when all of the text has left: a reset would take it along.
  if (number === 1) answer.write(text, () => answer.socket.destroySoon());
  else answer.end(text);
}

await test("events go on behind the last one", { token, url: `http://127.0.0.1:${proxy.address().port}/`, expected: /503|ERR_INCOMPLETE|network/i }, async (page) => {
  await open(page, "#/settings");
  const seen = await page.evaluate(async () => {
    const { events } = await import("/app/streams.js");
    const numbers = [];
    const breaks = [];
    await events("/test/events", (event) => { numbers.push(event.data.number); }, { onBreak: (error) => breaks.push(error === null) });
    return { numbers, breaks };
  });
  assert(seen.numbers.join() === "1,2,3,4", `seen ${seen.numbers}`);
  // What came with the break may be lost with it; it is asked for again.
  const behind = asked.map((id) => Number(id ?? 0));
  const goesOn = behind.every((id, at) => at === 0 ? id === 0 : [0, 1].includes(id - behind[at - 1]));
  assert(goesOn && behind.at(-1) === LAST - 1, `asked behind ${asked}`);
  assert(seen.breaks.includes(false) && seen.breaks.at(-1) === true, `told ${seen.breaks}`);
});

await test("a refusal is no break", { token, expected: /404|400/ }, async (page) => {
  await open(page, "#/settings");
  const code = await page.evaluate(async () => {
    const { events } = await import("/app/streams.js");
    return events("/data/default/jobs/job_none/events", () => {}).catch((error) => error.status);
  });
  assert(code === 404 || code === 400, `refused with ${code}`);
});
proxy.close();
proxy.closeAllConnections();
