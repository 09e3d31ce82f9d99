import { assert, at, look, open, test } from "./harness.mjs";

const token = process.env.PAGE_TOKEN;

for (const [width, dark] of [[1440, false], [390, true]]) {
  await test(`enums, comments, partitions and triggers stand where they belong, at ${width}`, { token, width, dark }, async (page) => {
    await open(page, "#/sources");
    await page.getByRole("link", { name: "sales", exact: true }).click();
    await at(page, "sales");
    await page.getByRole("treeitem", { name: /customers/ }).click();
    await page.getByText("Who buys from us").waitFor();
    const mood = page.getByRole("row", { name: /^\d*\s*mood/ });
    assert((await mood.locator(".values").textContent()) === "calmcrosskeen", await mood.textContent());
    await page.getByText("Lower case; never shown to others").waitFor();
    await page.locator("summary", { hasText: "touch" }).click();
    await page.getByText(/EXECUTE FUNCTION .*touched\(\)/).waitFor();
    await page.locator(".reference", { hasText: "on delete cascade" }).first().waitFor();
    await look(page, `schema postgres ${width}`);
    if (width === 390) await page.getByRole("link", { name: "All tables" }).click();
    await page.getByRole("tree").focus();
    await page.getByLabel("Filter tables").fill("events");
    await page.getByRole("treeitem", { name: /events_2025/ }).waitFor();
    await page.getByLabel("Filter tables").fill("");
    const parent = page.getByRole("treeitem", { name: /Partitioned table events/ });
    assert((await parent.getAttribute("aria-expanded")) === "false", "partitions are below their parent");
    await parent.click();
    await page.getByRole("heading", { name: "audit.events", exact: true }).waitFor();
    await page.getByText("Dealt out by range").waitFor();
    await page.getByRole("row", { name: /events_2026/ }).waitFor();
    await page.getByRole("row", { name: /recent/ }).waitFor();
    await look(page, `schema postgres partitions ${width}`);
    await page.getByRole("button", { name: "Copy as" }).click();
    await page.getByRole("menuitem", { name: "SQL", exact: true }).click();
    await page.waitForFunction(async () => (await navigator.clipboard.readText()).includes("PARTITION BY RANGE (at)"));
    await page.getByRole("article").getByRole("link", { name: "Diagram" }).click();
    await page.locator(".er-box").nth(1).waitFor();
    await page.getByRole("button", { name: "Whole schema" }).click();
    await page.locator(".er-count", { hasText: /^4 tables/ }).waitFor();
    await page.getByRole("button", { name: "List", exact: true }).click();
    await page.getByText("public.visits.customer_id refers to public.customers.id: many to one or none, supposed").waitFor();
    await page.getByText("audit.events.customer_id refers to public.customers.id: many to one or none").waitFor();
  });
}
