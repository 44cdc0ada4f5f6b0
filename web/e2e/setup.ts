// SPDX-License-Identifier: Apache-2.0
// A page that is watched: no request leaves the server's origin or has the token in its address, no error is in the
// console, the content security policy is not broken, and no script of a captured value ever runs.
import { readFileSync } from "node:fs";
import AxeBuilder from "@axe-core/playwright";
import { expect, test as base, type Page } from "@playwright/test";

export const SERVER = process.env["APIARIST_URL"] ?? "http://127.0.0.1:8686";
const TOKEN_FILE = process.env["APIARIST_TOKEN_FILE"] ?? "";
export const TOKEN = readFileSync(TOKEN_FILE, "utf8").trim();
/** of one who may look only */
export const readerToken = () => readFileSync(TOKEN_FILE.replace("admin", "reader"), "utf8").trim();

interface Options {
  /** errors of the console that a test makes happen */
  allowed: RegExp | null;
  signedIn: boolean;
}

export const test = base.extend<Options>({
  allowed: [null, { option: true }],
  signedIn: [true, { option: true }],
  page: async ({ page, allowed, signedIn }, use) => {
    const wrong: string[] = [];
    page.on("request", (request) => {
      const url = new URL(request.url());
      if (url.origin !== SERVER && !["data:", "blob:"].includes(url.protocol)) wrong.push(`request to ${url.href}`);
      if (url.href.includes(TOKEN)) wrong.push("a token in an address");
    });
    page.on("console", (message) => {
      const text = message.text();
      if (text.includes(TOKEN)) wrong.push("a token in the console");
      if (!["error", "warning"].includes(message.type()) || allowed?.test(text)) return;
      wrong.push(`console: ${text}`);
    });
    page.on("pageerror", (error) => wrong.push(`error: ${error.message}`));
    page.on("dialog", (dialog) => {
      wrong.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    await page.addInitScript(() => {
      addEventListener("securitypolicyviolation", (event) => {
        // eslint-disable-next-line no-console -- the console is watched
        console.error(`content security policy: ${event.violatedDirective} ${event.blockedURI}`);
      });
    });
    if (signedIn) {
      await page.addInitScript((token) => {
        if (window.name !== "signed-out") sessionStorage.setItem("apiarist-token", token);
      }, TOKEN);
    }
    await use(page);
    expect(wrong).toEqual([]);
  },
});

export { expect };

export async function ask<T>(path: string): Promise<T> {
  const response = await fetch(`${SERVER}/api/v1/${path}`, { headers: { Authorization: `Bearer ${TOKEN}` } });
  expect(response.status, path).toBe(200);
  return (await response.json()) as T;
}

interface Listed {
  items: { id: number; template: string; collection: string }[];
}

export async function endpointId(template: string, method: string, collection = "shop.example"): Promise<number> {
  const { items } = await ask<Listed>(
    `endpoints?folded=both&limit=500&method=${method}&search=${encodeURIComponent(template)}`,
  );
  const found = items.find((item) => item.template === template && item.collection === collection);
  expect(found, `${method} ${template}`).toBeDefined();
  return found?.id ?? 0;
}

export async function collectionId(name: string): Promise<number> {
  const { items } = await ask<{ items: { id: number; name: string }[] }>("collections");
  const found = items.find((item) => item.name === name);
  expect(found, name).toBeDefined();
  return found?.id ?? 0;
}

/** Everything that was asked for is there. */
export async function settled(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
  await expect(page.locator('.chart [data-ready="false"]')).toHaveCount(0);
}

export async function noSeriousFindings(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  expect(serious.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`)).toEqual(
    [],
  );
}

export async function downloaded(page: Page, act: () => Promise<void>): Promise<{ name: string; text: string }> {
  const [download] = await Promise.all([page.waitForEvent("download"), act()]);
  return { name: download.suggestedFilename(), text: readFileSync(await download.path(), "utf8") };
}

/** Numbers that the edge of a box that scrolls cuts into others. */
export function cutNumbers(): string[] {
  return [...document.querySelectorAll(".table-scroll")].flatMap((box) => {
    const left = box.getBoundingClientRect().left + box.clientLeft;
    const right = left + box.clientWidth;
    return [...box.querySelectorAll(".numeric")]
      .filter((cell) => {
        const place = cell.getBoundingClientRect();
        const inSight = place.left < right - 1 && place.right > left + 1;
        return inSight && (place.left < left - 1 || place.right > right + 1);
      })
      .map((cell) => cell.textContent);
  });
}
