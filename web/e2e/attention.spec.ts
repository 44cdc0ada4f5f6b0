// SPDX-License-Identifier: Apache-2.0
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { expect, noSeriousFindings, settled, test } from "./setup";

const panel = (page: Page) => page.locator("section", { has: page.getByRole("heading", { name: "Needs attention" }) });

/** Answers of the server, changed on their way. */
async function changed(page: Page, address: string, change: (answer: never) => void): Promise<void> {
  await page.route(address, async (route) => {
    const response = await route.fetch();
    const answer = (await response.json()) as never;
    change(answer);
    await route.fulfill({ response, json: answer });
  });
}

interface Listed {
  items: { exposed: string[] }[];
}

interface Shown {
  items: { exposed: string[]; collection: string; template: string }[];
}

test("an item is dismissed by the keyboard, stays away, and is shown again", async ({ page }) => {
  await page.goto("/");
  await settled(page);
  const needs = panel(page);
  const link = needs.getByRole("link", { name: /without authentication$/ }).first();
  const before = Number((await link.textContent())?.split(" ")[0]);
  const button = needs.getByRole("button", { name: /^Dismiss: / }).first();
  const name = ((await button.getAttribute("aria-label")) ?? "").replace("Dismiss: ", "");
  const dismiss = needs.getByRole("button", { name: `Dismiss: ${name}`, exact: true });
  await button.focus();
  await page.keyboard.press("Enter");
  await expect(dismiss).toHaveCount(0);
  await expect(link).toContainText(`${before - 1} endpoint`);
  await expect(needs.getByRole("button", { name: /^Dismiss: / }).first()).toBeFocused();
  await page.reload();
  await settled(page);
  await expect(needs.getByRole("status")).toHaveText("1 dismissed");
  await expect(dismiss).toHaveCount(0);
  await needs.getByRole("button", { name: "Show", exact: true }).click();
  await noSeriousFindings(page);
  const folder = process.env["SCREENSHOTS"];
  if (folder) await page.screenshot({ path: join(folder, "overview-dismissed.png"), fullPage: true });
  await needs.getByRole("button", { name: `Show again: ${name}`, exact: true }).press("Enter");
  await expect(dismiss.first()).toBeVisible();
  await expect(link).toContainText(`${before} endpoint`);
  await expect(needs.getByRole("status")).toHaveCount(0);
});

test("a dismissed item comes back when it exposes another type of data", async ({ page }) => {
  await page.goto("/");
  await settled(page);
  const button = panel(page)
    .getByRole("button", { name: /^Dismiss: / })
    .first();
  const dismiss = page.getByRole("button", { name: (await button.getAttribute("aria-label")) ?? "", exact: true });
  await button.click();
  await expect(dismiss).toHaveCount(0);
  await changed(page, "**/api/v1/endpoints?*exposed=any*", ({ items }: Listed) =>
    items.forEach(({ exposed }) => exposed.push("iban")),
  );
  await page.reload();
  await settled(page);
  await expect(dismiss).toBeVisible();
});

test("where nothing needs attention the panel says so", async ({ page }) => {
  await changed(page, "**/api/v1/endpoints/facets*", (answer: { endpoints: number }) => (answer.endpoints = 0));
  await changed(page, "**/api/v1/endpoints?*", (answer: Listed) => (answer.items = []));
  // its document says all that was seen
  await changed(page, "**/api/v1/collections", ({ items }: { items: { documents: number }[] }) =>
    items.forEach((item, at) => (item.documents = Number(at === 0))),
  );
  await page.route("**/api/v1/collections/*/conformance", (route) =>
    route.fulfill({ json: { documented: 1, shadow: 0, zombie: 0, items: [] } }),
  );
  await page.goto("/");
  await settled(page);
  await expect(panel(page).getByText("Nothing needs attention")).toBeVisible();
});

test("records that the processor refused or dropped need attention", async ({ page }) => {
  await changed(page, "**/api/v1/status", ({ ingest }: { ingest: Record<string, number> }) => {
    ingest["refused"] = 3;
    ingest["dropped"] = 1200;
  });
  await page.goto("/");
  await settled(page);
  await expect(panel(page).getByText(/^Refused 3/i)).toBeVisible();
  await expect(panel(page).getByText(/^Dropped 1,200/i)).toBeVisible();
  await panel(page).getByRole("link", { name: "Records are not in the inventory" }).click();
  await expect(page).toHaveURL(/\/collector$/);
});

test("what was dismissed does not come back while the collector has not answered, and goes at sign-out", async ({
  page,
}) => {
  await changed(page, "**/api/v1/status", ({ ingest }: { ingest: Record<string, number> }) => (ingest["refused"] = 3));
  await page.goto("/");
  await settled(page);
  const dismiss = panel(page).getByRole("button", { name: "Dismiss: refused", exact: true });
  await dismiss.click();
  await expect(dismiss).toHaveCount(0);
  // whether it ever stood there again
  await page.addInitScript(() => {
    new MutationObserver(() => {
      if (document.querySelector('[aria-label="Dismiss: refused"]')) document.documentElement.dataset["flash"] = "";
    }).observe(document, { childList: true, subtree: true });
  });
  let answer: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (answer = resolve));
  await page.route("**/api/v1/collector", async (route) => {
    await held;
    await route.fallback();
  });
  const asked = new Set<unknown>();
  page.on("request", (request) => asked.add(request));
  page.on("requestfinished", (request) => asked.delete(request));
  const told = ["/facets?*exposed=any*", "/facets?*status=5xx*", "?*exposed=any*", "?*status=5xx*"].map((one) =>
    page.waitForResponse(`**/api/v1/endpoints${one}`),
  );
  await page.reload();
  await Promise.all(told);
  // all but the collector have answered, and that was drawn
  await expect.poll(() => asked.size).toBe(1);
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
  await expect(panel(page).locator("[aria-busy=true]")).toHaveCount(1);
  answer();
  await expect(panel(page).getByRole("status")).toHaveText("1 dismissed");
  await expect(page.locator("html")).not.toHaveAttribute("data-flash");
  await page.getByRole("button", { name: "Session" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect.poll(() => page.evaluate(() => localStorage.getItem("apiarist-dismissed"))).toBeNull();
});

for (const width of [1280, 390]) {
  for (const colorScheme of ["light", "dark"] as const) {
    test(`the path has half of its line at least, ${width} px, ${colorScheme}`, async ({ page }) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      await changed(page, "**/api/v1/endpoints?*exposed=any*", ({ items }: Shown) =>
        items.slice(0, 2).forEach((item) => {
          item.collection = "orders-service-7d9f.payments.svc.cluster.local:8080";
          item.template = "/api/users/{user_id}/orders/{order_id}/refunds/latest";
          item.exposed = ["payment_card", "email", "phone"];
        }),
      );
      await page.goto("/");
      await settled(page);
      const items = panel(page).locator(".attention-content", { has: page.locator(".endpoint-line") });
      const folder = process.env["SCREENSHOTS"];
      if (folder) await panel(page).screenshot({ path: join(folder, `attention-${width}-${colorScheme}.png`) });
      const all = await items.evaluateAll((contents) =>
        contents.map((content) => {
          const box = (name: string): DOMRect => content.querySelector(name)?.getBoundingClientRect() ?? new DOMRect();
          const template = content.querySelector(".template") ?? content;
          const host = box(".endpoint-line > .dim");
          const beside = content.lastElementChild?.getBoundingClientRect() ?? new DOMRect();
          return {
            whole: template.scrollWidth <= template.clientWidth,
            half: box(".template").width >= content.clientWidth / 2,
            over: host.right > beside.left + 0.5 && host.bottom > beside.top && beside.bottom > host.top,
          };
        }),
      );
      expect(all.length).toBeGreaterThan(3);
      for (const { whole, half, over } of all) expect([whole || half, over]).toEqual([true, false]);
      await noSeriousFindings(page);
    });
  }
}
