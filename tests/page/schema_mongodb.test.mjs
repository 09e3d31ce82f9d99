import { assert, at, look, open, test } from "./harness.mjs";

const token = process.env.PAGE_TOKEN;

for (const [width, dark] of [[1440, false], [390, true]]) {
  await test(`documents are a tree with what part of them has a field, at ${width}`, { token, width, dark }, async (page) => {
    await open(page, "#/sources");
    await page.getByRole("link", { name: "documents", exact: true }).click();
    await at(page, "documents");
    await page.getByRole("treeitem", { name: /orders/ }).click();
    const row = (name) => page.locator("table.fields tr", { has: page.locator(`[title="${name}"]`) });
    assert((await row("note").textContent()).includes("25\u00a0%"), await row("note").textContent());
    assert(/null\s*20\s%/.test(await row("note").textContent()), await row("note").textContent());
    assert((await row("_id").textContent()).includes("100\u00a0%"), await row("_id").textContent());
    await row("lines.price.currency").waitFor();
    await look(page, `schema documents ${width}`);
    await page.getByRole("button", { name: "Fields of lines.price" }).click();
    await row("lines.price.currency").waitFor({ state: "detached" });
    await row("customer_id").getByRole("link", { name: /FK\?: Supposed to refer to customers._id/ }).click();
    await page.getByRole("heading", { name: "customers", exact: true }).waitFor();
  });
}
