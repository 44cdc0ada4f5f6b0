// SPDX-License-Identifier: Apache-2.0
import { join } from "node:path";
import { expect, noSeriousFindings, readerToken, settled, test, TOKEN } from "./setup";

test.use({ signedIn: false, allowed: /status of 401/ });

const stored = () => ({
  session: sessionStorage.getItem("apiarist-token"),
  local: localStorage.getItem("apiarist-token"),
});

test("a token opens the page that was asked for, for this tab", async ({ page }) => {
  await page.goto("/endpoints?exposed=email");
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await expect(page.getByText("apiarist tokens")).toBeVisible();
  await expect(page.getByRole("alert")).toHaveCount(0);
  await noSeriousFindings(page);
  await page.getByLabel(/^Token/).fill(TOKEN);
  await page.getByRole("button", { name: "Sign in" }).click();
  await settled(page);
  await expect(page).toHaveURL(/\/endpoints\?exposed=email$/);
  expect(await page.evaluate(stored)).toEqual({ session: TOKEN, local: null });
  await page.reload();
  await expect(page.getByRole("heading", { name: "Endpoints" })).toBeVisible();
});

test("a wrong token is refused", async ({ page }) => {
  await page.goto("/");
  await page.getByLabel(/^Token/).fill("nonsense");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText("The server does not know this token")).toBeVisible();
  expect(await page.evaluate(stored)).toEqual({ session: null, local: null });
});

test("one stays signed in on a browser, until one signs out", async ({ page, context }) => {
  await page.goto("/");
  await page.getByLabel(/^Token/).fill(TOKEN);
  await page.getByLabel("Stay signed in").check();
  await page.getByRole("button", { name: "Sign in" }).click();
  await settled(page);
  expect(await page.evaluate(stored)).toEqual({ session: null, local: TOKEN });
  const other = await context.newPage();
  await other.goto("/collections");
  await expect(other.getByRole("heading", { name: "Collections" })).toBeVisible();
  await page.getByRole("button", { name: "Session" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await expect(other.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await expect(page.getByRole("alert")).toHaveCount(0);
  expect(await page.evaluate(stored)).toEqual({ session: null, local: null });
});

test("where the server forgets the token, the page asks for another and is then where it was", async ({ page }) => {
  await page.goto("/sensitive?type=email");
  await page.getByLabel(/^Token/).fill(TOKEN);
  await page.getByRole("button", { name: "Sign in" }).click();
  await settled(page);
  await page.route("**/api/v1/**", (route) =>
    route.fulfill({
      status: 401,
      contentType: "application/problem+json",
      body: '{"type":"about:blank","title":"Unauthorized","status":401}',
    }),
  );
  await page.getByRole("link", { name: "Collections" }).click();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await expect(page.getByRole("alert")).toContainText("Your token is not accepted any more");
  await noSeriousFindings(page);
  const folder = process.env["SCREENSHOTS"];
  if (folder) await page.screenshot({ path: join(folder, "sign-in-refused.png") });
  await page.unroute("**/api/v1/**");
  await page.getByLabel(/^Token/).fill(TOKEN);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { name: "Collections" })).toBeVisible();
});

test("who signs in after an admin is not taken for one", async ({ page, context }) => {
  await page.goto("/");
  await page.getByLabel(/^Token/).fill(TOKEN);
  await page.getByLabel("Stay signed in").check();
  await page.getByRole("button", { name: "Sign in" }).click();
  await settled(page);
  const other = await context.newPage();
  await other.goto("/collector");
  await expect(other.getByRole("tab", { name: "Audit" })).toBeVisible();
  await page.getByRole("button", { name: "Session" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await other.getByLabel(/^Token/).fill(readerToken());
  await other.getByRole("button", { name: "Sign in" }).click();
  await expect(other.getByRole("tab", { name: "Settings" })).toBeVisible();
  await other.getByRole("button", { name: "Session" }).click();
  await expect(other.getByText(/Token “.*”/)).toHaveText("Token “reader”, reader");
  await expect(other.getByRole("tab", { name: "Audit", includeHidden: true })).toHaveCount(0);
});
