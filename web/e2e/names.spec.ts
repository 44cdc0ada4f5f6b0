// SPDX-License-Identifier: Apache-2.0
// Names that are too long for their place: what tells two apart is seen.
import { expect, test, settled } from "./setup";

const NAMES = [
  "service-of-the-shop.default.svc.cluster.local:40123",
  "service-of-the-shop.default.svc.cluster.local:40999",
];

for (const [address, path] of [
  ["/endpoints", "**/api/v1/endpoints?*"],
  ["/", "**/api/v1/endpoints?*"],
  ["/map?view=table", "**/api/v1/service-map*"],
] as const) {
  test(`ports are in sight on ${address}`, async ({ page }) => {
    await page.setViewportSize({ width: 390, height: 860 });
    await page.route(path, async (route) => {
      const response = await route.fetch();
      const answer = (await response.json()) as { items: { collection: string }[] };
      answer.items.slice(0, 2).forEach((item, at) => (item.collection = NAMES[at] ?? ""));
      await route.fulfill({ response, json: answer });
    });
    await page.goto(address);
    await settled(page);
    for (const name of NAMES) {
      const shown = page.getByText(name).first();
      await expect(shown).toBeAttached();
      const seen = await shown.evaluate((text) => {
        const box = text.closest(".middle") ?? text;
        const place = text.closest("td, .endpoint-line") ?? text;
        return {
          end: getComputedStyle(box, "::after").content,
          inside: box.getBoundingClientRect().right <= place.getBoundingClientRect().right + 1,
        };
      });
      expect(seen.end).toContain(name.slice(-6));
      expect(seen.inside).toBe(true);
    }
  });
}

test("a name that is cut is said once and whole", async ({ page }) => {
  await page.goto("/collections?search=billing");
  await settled(page);
  await expect(page.getByRole("link", { name: "billing.shop.svc:8080", exact: true })).toBeVisible();
  await expect(page.getByRole("cell", { name: "billing.shop.svc:8080", exact: true })).toBeVisible();
});
