// SPDX-License-Identifier: Apache-2.0
// dashboard.mjs URL TOKEN_FILE: times of the list of endpoints in Chromium, one JSON on standard output. Times are those of the page itself
// (milliseconds from the navigation or the input to the first frame that shows it).
import { readFileSync } from "node:fs";
import { chromium } from "@playwright/test";

const [url, tokenFile] = process.argv.slice(2);
const token = readFileSync(tokenFile, "utf8").trim();
const SCROLL_TO = 20_000;

const browser = await chromium.launch({
  executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
const context = await browser.newContext({ viewport: { width: 1280, height: 860 } });
const page = await context.newPage();
await page.addInitScript((token) => sessionStorage.setItem("apiarist-token", token), token);

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

async function open() {
  await page.goto(`${url}/endpoints`);
  await page.getByRole("table").getByRole("link").first().waitFor();
  return page.evaluate(() => ({
    first_paint_ms: performance.getEntriesByName("first-contentful-paint")[0].startTime,
    first_rows_ms: performance.now(),
  }));
}

// From an input to the frame in which the count of the list, which stands in its bar, is another.
async function until(act, what) {
  await page.evaluate(() => {
    const status = document.querySelector(".bar-end");
    window.changed = new Promise((resolve) => {
      const before = status.textContent;
      const begin = performance.now();
      new MutationObserver((_, observer) => {
        if (status.textContent === before || status.textContent === "") return;
        observer.disconnect();
        requestAnimationFrame(() => resolve(performance.now() - begin));
      }).observe(status, { childList: true, characterData: true, subtree: true });
    });
  });
  await act();
  const taken = await page.evaluate(() => window.changed);
  if (!(taken > 0)) throw new Error(what);
  return taken;
}

const first = await open();
const again = [];
for (let i = 0; i < 5; ++i) again.push(await open());

await page.getByRole("search").getByRole("button", { name: "Method", exact: true }).click();
const filter = await until(() => page.getByRole("menuitem", { name: /^POST/ }).click(), "filter");
await open();
const search = await until(() => page.getByRole("search").getByRole("textbox").first().fill("items"), "search");
await open();

const scrolled = await page.evaluate(async (to) => {
  const table = document.querySelector("table");
  let box = table.parentElement;
  while (box.getAttribute("role") !== "region") box = box.parentElement;
  const frames = [];
  const begin = performance.now();
  let last = begin;
  const reached = () =>
    Math.max(0, ...[...table.querySelectorAll("tr[data-index]")].map((row) => Number(row.dataset.index)));
  while (reached() < to && performance.now() - begin < 180_000) {
    box.scrollTop += 600;
    const now = await new Promise(requestAnimationFrame);
    frames.push(now - last);
    last = now;
  }
  frames.sort((a, b) => a - b);
  const share = (part) => frames[Math.min(frames.length - 1, Math.floor(frames.length * part))];
  return {
    row: reached(),
    seconds: (performance.now() - begin) / 1000,
    frame_p50_ms: share(0.5),
    frame_p95_ms: share(0.95),
    frame_p99_ms: share(0.99),
    rows_in_document: table.querySelectorAll("tr[data-index]").length,
  };
}, SCROLL_TO);
const session = await context.newCDPSession(page);
await session.send("HeapProfiler.collectGarbage");
const { usedSize } = await session.send("Runtime.getHeapUsage");
await browser.close();

console.log(
  JSON.stringify(
    {
      first_paint_ms: { cold: first.first_paint_ms, again: median(again.map((one) => one.first_paint_ms)) },
      first_rows_ms: { cold: first.first_rows_ms, again: median(again.map((one) => one.first_rows_ms)) },
      filter_ms: filter,
      search_ms: search,
      scroll: scrolled,
      heap_mib: usedSize / (1 << 20),
    },
    (_, value) => (typeof value === "number" ? Math.round(value * 10) / 10 : value),
    2,
  ),
);
