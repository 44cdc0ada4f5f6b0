// SPDX-License-Identifier: Apache-2.0
// Needs records that come all the time: e2e/run.py sends some.
import { expect, test } from "./setup";

test("records come, wait while paused, and one opens", async ({ page }) => {
  await page.goto("/live");
  await expect(page.getByText("Connected")).toBeVisible();
  const rows = page.getByRole("table", { name: "Records" }).locator("tbody tr");
  await expect.poll(() => rows.count()).toBeGreaterThan(1);
  await page.getByRole("button", { name: "Pause" }).click();
  const held = await rows.count();
  await expect(page.getByRole("button", { name: /^Resume \([1-9]\d* waiting\)/ })).toBeVisible();
  expect(await rows.count()).toBe(held);
  await rows.first().getByRole("button").click();
  const drawer = page.getByRole("dialog", { name: "Record" });
  await expect(drawer.getByRole("region", { name: "Request", exact: true })).toBeVisible();
  await expect(drawer.getByRole("region", { name: "Response", exact: true })).toContainText(
    "<script>alert(1)</script>",
  );
  await page.keyboard.press("Escape");
  await expect(drawer).toHaveCount(0);
  await page.getByRole("button", { name: /^Resume/ }).click();
  await expect.poll(() => rows.count()).toBeGreaterThan(held);
  await page.getByRole("button", { name: "Clear" }).click();
  await expect.poll(() => rows.count()).toBeGreaterThan(0);
});

test("a click on a row opens its record", async ({ page }) => {
  await page.goto("/live");
  const rows = page.getByRole("table", { name: "Records" }).locator("tbody tr");
  await expect.poll(() => rows.count()).toBeGreaterThan(1);
  await page.getByRole("button", { name: "Pause" }).click();
  await rows.first().getByRole("cell").nth(2).click();
  await expect(page.getByRole("dialog", { name: "Record" })).toBeVisible();
});

test("a processor without a source says that no records come", async ({ page }) => {
  await page.route("**/api/v1/collector", async (route) => {
    const response = await route.fetch();
    const answer = (await response.json()) as object;
    await route.fulfill({ response, json: { ...answer, mode: "serve", not_ready: "nothing is read" } });
  });
  await page.goto("/live?search=there-is-no-such-record");
  await expect(page.getByText("it only serves what is stored")).toBeVisible();
  await expect(page.getByText("Waiting for records")).toHaveCount(0);
});

test("filters are the server's and in the address", async ({ page }) => {
  await page.goto("/live?method=POST&search=TICK");
  const table = page.getByRole("table", { name: "Records" });
  await expect.poll(() => table.locator("tbody tr").count()).toBeGreaterThan(1);
  await expect(table.locator("tbody .tag-method").filter({ hasNotText: "POST" })).toHaveCount(0);
  await page.getByRole("button", { name: "Status", exact: true }).click();
  await page.getByRole("menuitem", { name: "unanswered" }).click();
  await expect(page).toHaveURL(/status=unanswered/);
  await expect(page.getByText("Waiting for records")).toBeVisible();
});

test.describe("where the stream breaks", () => {
  test.use({ allowed: /Failed to load resource/ });

  test("it comes back by itself", async ({ page }) => {
    let broken = 0;
    await page.route("**/api/v1/live*", (route) => {
      broken++;
      return broken <= 2 ? route.abort() : route.continue();
    });
    await page.goto("/live");
    await expect(page.getByText("Reconnecting").first()).toBeVisible();
    await expect(page.getByText("Connected")).toBeVisible();
  });
});
