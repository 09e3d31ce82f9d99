import { assert, open, test } from "./harness.mjs";

const LIMIT = 80_000;

await test("the first screen takes at most 80 kB", { token: process.env.PAGE_TOKEN }, async (page) => {
  await open(page);
  const files = await page.evaluate(() => {
    const all = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
    return all.map((one) => ({ name: one.name, bytes: one.encodedBodySize }));
  });
  const total = files.reduce((sum, one) => sum + one.bytes, 0);
  console.log(`${total} bytes in ${files.length} files`);
  assert(files.length > 20 && total > 10_000, "the files were counted");
  assert(total <= LIMIT, files.map((one) => `${one.bytes} ${one.name}`).join("\n"));
});
