// SPDX-License-Identifier: Apache-2.0
import { expect, settled, test } from "./setup";

test("one click from the overview to who returns e-mail addresses without authentication", async ({ page }) => {
  await page.goto("/");
  await settled(page);
  await page.getByRole("link", { name: /^email \d+$/ }).click();
  await expect(page).toHaveURL(/\/endpoints\?exposed=email&folded=both$/);
  const table = page.getByRole("table", { name: "Endpoints" });
  await expect(table.getByRole("link", { name: "/api/v1/users/{}" })).toBeVisible();
  await expect(table.getByRole("link", { name: "/api/v1/users", exact: true })).toBeVisible();
  // asks for a token, and /send takes addresses and returns none
  await expect(table.getByRole("link", { name: /graphql/ })).toHaveCount(0);
  await expect(table.getByRole("link", { name: "/send" })).toHaveCount(0);
});

test("what needs attention leads to the list that it counts", async ({ page }) => {
  await page.goto("/");
  await settled(page);
  const link = page.getByRole("link", { name: /answered with 5xx/ });
  const counted = (await link.textContent())?.split(" ")[0];
  await link.click();
  await expect(page).toHaveURL(/status=5xx/);
  await expect(page.getByText(new RegExp(`^${counted} endpoint`))).toBeVisible();
  // it never succeeded, which does not make it less broken
  await expect(
    page.getByRole("table", { name: "Endpoints" }).getByRole("link", { name: "/api/v1/broken" }),
  ).toBeVisible();
});

test("what is new is counted without what is folded away, and says so", async ({ page }) => {
  await page.goto("/");
  await settled(page);
  const link = page.getByRole("link", { name: /new in 7 days, without what is folded away$/ });
  const counted = (await link.textContent())?.split(" ")[0];
  await expect(page.getByRole("link", { name: "all changes, with what is folded away" })).toHaveAttribute(
    "href",
    "/changes?since=7d",
  );
  await link.click();
  await expect(page.getByText(new RegExp(`^${counted} endpoint`))).toBeVisible();
});

test("spans of time, plots in words, and the newest endpoints", async ({ page }) => {
  await page.goto("/");
  for (const span of ["1 h", "7 d", "30 d"]) {
    await page.getByText(span, { exact: true }).click();
    await settled(page);
    await expect(page.getByRole("img", { name: new RegExp(`requests in ${span},`) })).toBeVisible();
  }
  await expect(page).toHaveURL(/range=30d/);
  const newest = page
    .locator("section", { has: page.getByRole("heading", { name: "New endpoints" }) })
    .getByRole("listitem");
  const template = (await newest.first().locator(".template").textContent()) ?? "";
  await newest.first().getByRole("link").click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(template);
});

test("the theme is chosen and kept", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "light" });
  await page.goto("/");
  await page.getByRole("button", { name: /^Theme/ }).click();
  await page.getByRole("menuitem", { name: "Dark" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", "dark");
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", "dark");
});

test("on a phone the pages are behind a button", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto("/");
  await page.getByRole("button", { name: "Open the menu" }).click();
  await page.getByRole("link", { name: "Changes", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Changes" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Open the menu" })).toBeVisible();
});

test("the first key leads past the menu", async ({ page }) => {
  await page.goto("/");
  await settled(page);
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the page" })).toBeFocused();
});
