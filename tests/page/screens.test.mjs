import { look, open, test } from "./harness.mjs";
import { SCREENS } from "./all_screens.mjs";

const token = process.env.PAGE_TOKEN;

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
