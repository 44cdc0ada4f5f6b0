// SPDX-License-Identifier: Apache-2.0
// Each page in light and dark, wide and on a phone: it is there, has a title, nothing serious for axe, and is not wider
// than the window. With SCREENSHOTS a picture of each is put there.
import { join } from "node:path";
import { collectionId, cutNumbers, endpointId, expect, noSeriousFindings, settled, test } from "./setup";

const PAGES: [string, () => Promise<string>][] = [
  ["overview", () => Promise.resolve("/")],
  ["collections", () => Promise.resolve("/collections")],
  ["endpoints", () => Promise.resolve("/endpoints")],
  ["endpoint", async () => `/endpoints/${await endpointId("/api/v1/users/{}", "GET")}`],
  ["endpoint-schema", async () => `/endpoints/${await endpointId("/api/v1/users/{}", "GET")}?tab=schema`],
  ["endpoint-parameters", async () => `/endpoints/${await endpointId("/api/v1/users", "GET")}?tab=parameters`],
  ["endpoint-samples", async () => `/endpoints/${await endpointId("/api/v1/orders", "POST")}?tab=samples`],
  ["endpoint-sensitive", async () => `/endpoints/${await endpointId("/api/v1/users/{}", "GET")}?tab=sensitive`],
  ["changes", () => Promise.resolve("/changes?since=30d")],
  ["sensitive", () => Promise.resolve("/sensitive?type=email")],
  ["map", () => Promise.resolve("/map")],
  ["map-table", () => Promise.resolve("/map?view=table")],
  ["live", () => Promise.resolve("/live")],
  ["openapi", async () => `/openapi/${await collectionId("billing.shop.svc:8080")}`],
  ["collector", () => Promise.resolve("/collector")],
  ["collector-ledger", () => Promise.resolve("/collector?tab=ledger")],
  ["collector-settings", () => Promise.resolve("/collector?tab=settings")],
  ["collector-audit", () => Promise.resolve("/collector?tab=audit")],
  ["collector-data", () => Promise.resolve("/collector?tab=data")],
  ["nothing", () => Promise.resolve("/no/such/page")],
];

for (const [name, address] of PAGES) {
  for (const scheme of ["light", "dark"] as const) {
    test(`${name} in ${scheme}`, async ({ page }) => {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
      for (const width of [1280, 390]) {
        await page.setViewportSize({ width, height: 860 });
        await page.goto(await address());
        await settled(page);
        await expect(page).toHaveTitle(/ · apiarist$/);
        await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", scheme);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
        if (width < 600) expect(await page.evaluate(cutNumbers)).toEqual([]);
        await noSeriousFindings(page);
        const folder = process.env["SCREENSHOTS"];
        if (folder) await page.screenshot({ path: join(folder, `${name}-${scheme}-${width}.png`), fullPage: true });
      }
    });
  }
}
