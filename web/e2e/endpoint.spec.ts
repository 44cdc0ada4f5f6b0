// SPDX-License-Identifier: Apache-2.0
import { collectionId, downloaded, endpointId, expect, settled, test } from "./setup";

const SCRIPT = "<script>alert(1)</script>";

test("head, plots, callers and marks", async ({ page }) => {
  await page.goto(`/endpoints/${await endpointId("/v2/charges", "POST", "billing.shop.svc:8080")}?range=30d`);
  await settled(page);
  await expect(page).toHaveTitle("POST /v2/charges · apiarist");
  await expect(page.getByText("api_key x-api-key").first()).toBeVisible();
  await expect(page.getByRole("heading", { name: "Callers" })).toBeVisible();
  await expect(page.getByText("gateway")).toBeVisible();
  await expect(page.getByRole("img", { name: /Latency by hour/ })).toBeVisible();
  await page.getByRole("link", { name: "billing.shop.svc:8080" }).click();
  await expect(page).toHaveURL(/\/endpoints\?collection=\d+$/);
});

test("how many calls came without addresses", async ({ page }) => {
  await page.goto(`/endpoints/${await endpointId("/send", "POST", "mail.shop.svc")}`);
  await expect(page.getByText(/^[1-9][\d,]* of them without addresses, which may count twice$/)).toHaveAttribute(
    "title",
    /counts twice where both of its ends are watched/,
  );
  await page.goto(`/endpoints/${await endpointId("/v2/charges", "POST", "billing.shop.svc:8080")}`);
  await expect(page.getByText(/requests, .* seen at callers/)).toBeVisible();
  await expect(page.getByText(/without addresses/)).toHaveCount(0);
});

test("the schema by status, with what is sensitive at its field", async ({ page }) => {
  await page.goto(`/endpoints/${await endpointId("/api/v1/orders", "POST")}`);
  await page.getByRole("tab", { name: "Schema" }).click();
  await expect(page).toHaveURL(/tab=schema/);
  const request = page.getByRole("table", { name: /^request/ });
  await expect(request.getByRole("row", { name: /^card/ })).toContainText("payment card");
  await expect(page.getByRole("table", { name: /^response 201/ }).getByRole("row", { name: /^state/ })).toContainText(
    "new",
  );
  await expect(page.getByRole("table", { name: /^response 400/ })).toBeVisible();
  await request.getByRole("button", { name: "ship_to: shut" }).click();
  await expect(request.getByRole("row", { name: /^email/ })).toHaveCount(0);
  await request.getByRole("button", { name: "ship_to: open" }).click();
  await expect(request.getByRole("row", { name: /^email/ })).toContainText("email");
});

test("of what is no JSON the schema says that it is only counted", async ({ page }) => {
  await page.goto(`/endpoints/${await endpointId("/note", "POST", "evil.example")}?tab=schema`);
  await settled(page);
  await expect(
    page.getByText("No JSON: only counted, its content is not looked into for fields.").first(),
  ).toBeVisible();
  await expect(page.getByText("(root)")).toHaveCount(0);
});

test("parameters of path and query", async ({ page }) => {
  await page.goto(`/endpoints/${await endpointId("/api/v1/users", "GET")}?tab=parameters`);
  await expect(page.getByText("values of failed calls are not among these")).toBeVisible();
  const query = page.getByRole("table", { name: /^query/ });
  await expect(query.getByRole("row", { name: /^page/ })).toContainText("integer");
  await expect(query.getByRole("row", { name: /^q / })).toContainText("ann");
});

test("a sample as set out, raw and its headers; what is redacted is set off; curl and HAR", async ({
  page,
  context,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto(`/endpoints/${await endpointId("/api/v1/orders", "POST")}?tab=samples`);
  const request = page.getByRole("region", { name: "Request", exact: true });
  await expect(request.locator("mark.redacted").first()).toContainText(/^redacted-card-[0-9a-f]{12}$/);
  await expect(request).toContainText("<img src=x onerror=alert(2)>");
  await page.getByText("Headers", { exact: true }).click();
  await expect(request.getByRole("row", { name: /^authorization/ })).toContainText("redacted-jwt");
  await page.getByText("Raw", { exact: true }).click();
  await expect(request).toContainText("POST /api/v1/orders HTTP/1.1");
  await page.getByText("Pretty", { exact: true }).click();
  await page.getByRole("button", { name: "Copy as curl" }).click();
  await expect(page.getByRole("button", { name: "Copied" })).toBeVisible();
  const curl = await page.evaluate(() => navigator.clipboard.readText());
  expect(curl).toContain("--url http://shop.example/api/v1/orders");
  await page.getByRole("navigation", { name: "Samples" }).getByRole("button", { name: /^400/ }).first().click();
  await expect(page.getByRole("region", { name: "Response", exact: true })).toContainText("no such sku");
  await page.getByText("More of this record").click();
  await expect(page.getByRole("row", { name: /^capture/ })).toContainText("complete");
  const har = await downloaded(page, () => page.getByRole("button", { name: "HAR" }).click());
  expect(JSON.parse(har.text)).toHaveProperty("log");
});

test("messages of a WebSocket", async ({ page }) => {
  await page.goto(`/endpoints/${await endpointId("/ws/room", "WS", "chat.shop.example")}?tab=samples`);
  await expect(page.getByRole("region", { name: "Response", exact: true })).toContainText("101");
  const messages = page.getByRole("region", { name: "Messages" });
  await expect(messages).toContainText("said");
  await expect(messages.getByText(SCRIPT)).toBeVisible();
  await expect(messages).not.toContainText("ann@example.org");
});

test("markup in paths, headers and bodies is text", async ({ page }) => {
  await page.goto("/endpoints?search=x&collection=" + String(await collectionId("evil.example")));
  await settled(page);
  const links = page.getByRole("table").locator("tbody a");
  await links.first().click();
  await page.getByRole("tab", { name: "Samples" }).click();
  await expect(page.getByText(SCRIPT).first()).toBeVisible();
  await page.getByText("Headers", { exact: true }).click();
  await expect(page.getByRole("row", { name: /^x-note/ })).toContainText("<svg onload=alert(3)>");
  await page.getByText("Raw", { exact: true }).click();
  await expect(page.getByText(SCRIPT).first()).toBeVisible();
  await page.getByRole("tab", { name: "Schema" }).click();
  await settled(page);
  await expect(page.locator("main script, main svg[onload], main img")).toHaveCount(0);
  for (const path of ["/note", "/deep"]) {
    const id = await endpointId(path, path === "/note" ? "POST" : "PUT", "evil.example");
    await page.goto(`/endpoints/${id}?tab=samples`);
    await settled(page);
    await expect(page.getByRole("region", { name: "Response", exact: true })).toBeVisible();
  }
});

test("places of sensitive data lead to the type", async ({ page }) => {
  await page.goto(`/endpoints/${await endpointId("/api/v1/users/{}", "GET")}`);
  await page.getByRole("tab", { name: /^Sensitive/ }).click();
  const row = page.getByRole("row", { name: /body \/email/ });
  await expect(row).toContainText("yes");
  await row.getByRole("link").click();
  await expect(page.getByRole("heading", { name: "Where: email" })).toBeVisible();
});

test("an endpoint that is not there", async ({ page }) => {
  await page.goto("/endpoints/abc");
  await expect(page.getByText("There is no such endpoint")).toBeVisible();
});
