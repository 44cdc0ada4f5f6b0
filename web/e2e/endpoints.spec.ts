// SPDX-License-Identifier: Apache-2.0
import { join } from "node:path";
import { downloaded, expect, settled, test } from "./setup";

test("filters with counts are in the address, and go back with it", async ({ page }) => {
  await page.goto("/endpoints");
  await settled(page);
  await page.getByRole("search").getByRole("button", { name: "Method", exact: true }).click();
  await page.getByRole("menuitem", { name: /^DELETE/ }).click();
  await expect(page).toHaveURL(/method=DELETE/);
  await expect(page.getByRole("table").getByText("DELETE").first()).toBeVisible();
  await page.getByRole("button", { name: "Method: DELETE" }).click();
  await page.getByRole("menuitem", { name: /^POST/ }).click();
  await page.getByRole("search").getByRole("button", { name: "Collection", exact: true }).click();
  await page.getByRole("menuitem", { name: /^shop\.example/ }).click();
  await expect(page).toHaveURL(/collection=\d+&method=POST/);
  await expect(page.getByRole("table").getByRole("link", { name: /graphql mutation pay/ })).toBeVisible();
  await page.goBack();
  await expect(page).toHaveURL(/\?method=POST$/);
  await page.getByRole("button", { name: "Clear all" }).click();
  await expect(page).toHaveURL(/\/endpoints$/);
});

test("status, seen, new and folded", async ({ page }) => {
  await page.goto("/endpoints?status=5xx");
  await expect(page.getByRole("table").getByRole("link", { name: "/send" })).toBeVisible();
  await page.goto("/endpoints");
  await page.getByRole("search").getByRole("button", { name: "Status", exact: true }).click();
  await page.getByRole("menuitem", { name: "5xx" }).click();
  await expect(page).toHaveURL(/status=5xx&folded=both/);
  await expect(page.getByRole("table").getByRole("link", { name: "/api/v1/broken" })).toBeVisible();
  await page.goto("/endpoints?folded=yes");
  await expect(page.getByRole("table").getByRole("link", { name: /healthz/ })).toBeVisible();
  await page.goto("/endpoints");
  await page.getByRole("search").getByRole("button", { name: "New", exact: true }).click();
  await page.getByRole("menuitem", { name: "24 hours" }).click();
  await expect(page).toHaveURL(/new_since=24h/);
  await expect(page.getByRole("table").getByRole("link", { name: "/api/v1/coupons" })).toBeVisible();
  await page.getByRole("search").getByRole("button", { name: "Seen", exact: true }).click();
  await page.getByLabel("From a date").fill("2020-01-01");
  await expect(page).toHaveURL(/seen_since=2020-01-01/);
});

test("why an endpoint is folded away stands apart from its path", async ({ page }) => {
  await page.goto("/endpoints?folded=yes&search=broken");
  await settled(page);
  const link = page.getByRole("table").getByRole("link", { name: "/api/v1/broken" });
  const cell = await link.locator("xpath=ancestor::td").boundingBox();
  const path = await link.locator(".template").boundingBox();
  const tag = await link.locator(".tag").boundingBox();
  expect((tag?.x ?? 0) - (path?.x ?? 0) - (path?.width ?? 0)).toBeGreaterThanOrEqual(5);
  expect((tag?.x ?? 0) + (tag?.width ?? 0)).toBeLessThanOrEqual((cell?.x ?? 0) + (cell?.width ?? 0));
  const folder = process.env["SCREENSHOTS"];
  if (folder) await page.screenshot({ path: join(folder, "folded.png") });
});

test("search, and an order by the heads of columns", async ({ page }) => {
  await page.goto("/endpoints");
  await settled(page);
  await page.keyboard.press("/");
  await page.keyboard.type("ORDERS/");
  await expect(page).toHaveURL(/search=ORDERS%2F/);
  await expect(page.getByRole("table").getByRole("link", { name: "/api/v1/orders/{}" })).toHaveCount(2);
  await page.goto("/endpoints?search=api/v1");
  await page.getByRole("button", { name: "Requests" }).click();
  await expect(page).toHaveURL(/sort=requests/);
  await expect(page.getByRole("columnheader", { name: "Requests" })).toHaveAttribute("aria-sort", "descending");
  await page.getByRole("button", { name: "Requests" }).click();
  await expect(page.getByRole("columnheader", { name: "Requests" })).toHaveAttribute("aria-sort", "ascending");
});

test("what nothing has says so and offers a way out", async ({ page }) => {
  await page.goto("/endpoints?search=there-is-no-such-path");
  await expect(page.getByText("No endpoint has all of this")).toBeVisible();
  await page.getByRole("button", { name: "Clear the filters" }).click();
  await expect(page.getByRole("table")).toBeVisible();
});

test("columns are chosen and kept", async ({ page }) => {
  await page.goto("/endpoints");
  await page.getByRole("button", { name: "Columns" }).click();
  await page.getByLabel("p99").check();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("columnheader", { name: "p99" })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("columnheader", { name: "p99" })).toBeVisible();
});

test("views are saved, opened and deleted", async ({ page }) => {
  await page.goto("/endpoints?exposed=any&sort=requests");
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByLabel("Name of this view").fill("open <b>doors</b>");
  await page.getByRole("button", { name: "Save" }).click();
  await page.goto("/endpoints");
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("menuitem", { name: "open <b>doors</b>" }).click();
  await expect(page).toHaveURL(/exposed=any&sort=requests/);
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("button", { name: "Delete the view open <b>doors</b>" }).click();
  await expect(page.getByRole("menuitem", { name: "open <b>doors</b>" })).toHaveCount(0);
});

test("keys go from row to row and open one", async ({ page }) => {
  await page.goto("/endpoints?sort=id");
  await settled(page);
  const links = page.getByRole("table").locator("tbody a");
  const second = await links.nth(1).getAttribute("href");
  await page.keyboard.press("j");
  await expect(links.nth(0)).toBeFocused();
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  await expect(links.nth(1)).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(`${second}$`));
});

test("a long list is read page by page, and only what is in sight is in the document", async ({ page }) => {
  await page.goto("/endpoints?sort=id");
  await settled(page);
  const table = page.getByRole("table", { name: "Endpoints" });
  const total = Number(await table.getAttribute("aria-rowcount")) - 1;
  expect(total).toBeGreaterThan(500);
  const scroller = page.getByRole("region", { name: "Endpoints" });
  const last = table.locator("tbody tr[data-index]").last();
  await expect(async () => {
    await scroller.evaluate((box) => box.scrollTo(0, box.scrollHeight));
    expect(Number(await last.getAttribute("data-index"))).toBe(total - 1);
  }).toPass();
  expect(await table.locator("tbody tr[data-index]").count()).toBeLessThan(100);
});

test("the filtered list is saved as CSV and for Postman", async ({ page }) => {
  await page.goto("/endpoints?search=orders");
  await settled(page);
  const csv = await downloaded(page, () => page.getByRole("button", { name: "CSV" }).click());
  expect(csv.name).toBe("endpoints.csv");
  expect(csv.text).toContain("/api/v1/orders");
  expect(csv.text).not.toContain("/api/v1/users");
  expect(csv.text).toContain(",p50_ms,p95_ms,p99_ms,");
  expect(csv.text).toMatch(/,\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ,/);
  const postman = await downloaded(page, () => page.getByRole("button", { name: "Postman" }).click());
  // of several hosts each has its own
  expect((JSON.parse(postman.text) as { variable: unknown[] }).variable).toContainEqual({
    key: "baseUrl_shop_example",
    value: "http://shop.example",
  });
  expect(postman.text).toContain('"name": "GET /api/v1/orders/{orderId}"');
  expect(postman.text).toContain('"raw": "{{baseUrl_shop_example}}/api/v1/orders/:orderId"');
  await page.goto("/endpoints?search=reserve");
  await settled(page);
  const tls = await downloaded(page, () => page.getByRole("button", { name: "Postman" }).click());
  expect(JSON.parse(tls.text)).toMatchObject({ variable: [{ key: "baseUrl", value: "https://stock.shop.svc:9000" }] });
});
