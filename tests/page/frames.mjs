// How much work the page has with each frame.

const FRAMES = 60;

/**
 * Runs `work` while frames are counted; answers what a frame takes of the page's own thread in ms, and what
 * stands between two frames. A machine with much else to do makes the second long, and not the first.
 * @param {import("playwright-core").Page} page
 * @param {() => Promise<void>} work
 */
export async function frames(page, work) {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  const busy = async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return metrics.find((one) => one.name === "ThreadTime").value * 1000;
  };
  const before = await busy();
  const counted = page.evaluate((wanted) => new Promise((resolve) => {
    const found = [];
    let last = performance.now();
    const next = (now) => {
      found.push(now - last);
      last = now;
      if (found.length < wanted) requestAnimationFrame(next);
      else resolve(found.sort((one, other) => one - other));
    };
    requestAnimationFrame(next);
  }), FRAMES);
  await work();
  const times = await counted;
  return { work: ((await busy()) - before) / FRAMES, apart: times[FRAMES / 2] };
}
