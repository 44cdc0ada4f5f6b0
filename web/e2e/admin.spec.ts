// SPDX-License-Identifier: Apache-2.0
// What an admin may change. Each test changes what no other looks at.
import { join } from "node:path";
import { collectionId, downloaded, endpointId, expect, settled, test } from "./setup";

const DOCUMENT = {
  openapi: "3.0.0",
  info: { title: "mail <script>alert(1)</script>", version: "1" },
  paths: {
    "/send": { post: { responses: { "202": { description: "ok" } } } },
    "/old": { get: { responses: { "200": { description: "ok" } } } },
  },
};

const YAML = `# As people write it.
openapi: 3.0.3
info: { title: "Mail: all of it", version: 2024-01-02 }
paths:
  /send:
    post:
      responses:
        202: &any
          description: ok
  /older:
    get:
      responses:
        200: *any
`;

test.describe("documents", () => {
  test.use({ allowed: /status of 400/ });

  test("a document is uploaded, compared and what was seen exported", async ({ page }) => {
    const id = await collectionId("mail.shop.svc");
    await page.goto(`/openapi/${id}`);
    await settled(page);
    const file = (text: string) => ({ name: "mail.json", mimeType: "application/json", buffer: Buffer.from(text) });
    await page.getByLabel("OpenAPI document").setInputFiles(file("openapi: 3.0.0"));
    await expect(page.getByText("the document has no paths")).toBeVisible();
    // else a browser says nothing when the same file is chosen again
    await expect(page.getByLabel("OpenAPI document")).toHaveValue("");
    await page.getByLabel("OpenAPI document").setInputFiles(file(JSON.stringify(DOCUMENT)));
    await expect(page.getByRole("tab", { name: "documented 1" })).toBeVisible();
    await expect(page.getByText("mail <script>alert(1)</script>")).toBeVisible();
    await page.getByRole("tab", { name: /^zombie 1/ }).click();
    await expect(page).toHaveURL(/state=zombie/);
    await expect(page.getByRole("row", { name: /\/old/ })).toBeVisible();
    await page.getByRole("tab", { name: /^documented/ }).click();
    await page.getByRole("link", { name: "/send" }).click();
    await expect(page).toHaveURL(/\/endpoints\/\d+$/);
    await page.goto(`/openapi/${id}`);
    const seen = await downloaded(page, () => page.getByRole("button", { name: "Export what was seen" }).click());
    expect(JSON.parse(seen.text)).toMatchObject({ openapi: "3.1.0" });
    await page.goto("/");
    await expect(page.getByRole("link", { name: "1 zombie" })).toBeVisible();
  });

  test("a file that cannot be read is told from a server that does not answer", async ({ page }) => {
    await page.addInitScript(() => {
      Blob.prototype.arrayBuffer = () => Promise.reject(new DOMException("it was changed", "NotReadableError"));
    });
    await page.goto(`/openapi/${await collectionId("stock.shop.svc:9000")}`);
    await settled(page);
    await page
      .getByLabel("OpenAPI document")
      .setInputFiles({ name: "stock.yaml", mimeType: "application/yaml", buffer: Buffer.from(YAML) });
    await expect(page.getByRole("alert")).toContainText("stock.yaml cannot be read: it was changed");
    await expect(page.getByLabel("OpenAPI document")).toHaveValue("");
  });

  test("a document has one address", async ({ page }) => {
    const id = await collectionId("mail.shop.svc");
    await page.goto(`/openapi?collection=${id}&state=zombie`);
    await expect(page).toHaveURL(new RegExp(`/openapi/${id}\\?state=zombie$`));
    await expect(page.getByRole("heading", { name: "mail.shop.svc" })).toBeVisible();
    await page.getByRole("tab", { name: /^shadow/ }).click();
    await expect(page).toHaveURL(new RegExp(`/openapi/${id}\\?state=shadow$`));
    await page.goto("/openapi");
    await expect(page).toHaveURL(/\/openapi\/\d+$/);
  });

  test("a document of YAML is uploaded, and of a wrong one its line is named", async ({ page }) => {
    const id = await collectionId("mail.shop.svc");
    await page.goto(`/openapi/${id}`);
    await settled(page);
    const upload = (text: string) =>
      page
        .getByLabel("OpenAPI document")
        .setInputFiles({ name: "mail.yaml", mimeType: "application/yaml", buffer: Buffer.from(text) });
    await upload(`${YAML}  /send: {}\n`);
    await expect(page.getByRole("alert")).toContainText(
      'Not kept: line 14 of the YAML: the key "/send" is there twice',
    );
    await upload("openapi: 3.0.3\npaths:\n\t/send: {}\n");
    await expect(page.getByRole("alert")).toContainText("line 3 of the YAML: while scanning");
    await upload(YAML);
    await expect(page.getByRole("alert")).toHaveCount(0);
    await expect(page.getByText("Mail: all of it")).toBeVisible();
    await expect(page.getByRole("tab", { name: "documented 1" })).toBeVisible();
    await page.getByRole("tab", { name: /^zombie 1/ }).click();
    await expect(page.getByRole("row", { name: /\/older/ })).toBeVisible();
  });

  test("a document with another base path says so", async ({ page }) => {
    await page.goto(`/openapi/${await collectionId("mail.shop.svc")}`);
    await settled(page);
    const upload = (paths: object) =>
      page.getByLabel("OpenAPI document").setInputFiles({
        name: "mail.json",
        mimeType: "application/json",
        buffer: Buffer.from(JSON.stringify({ ...DOCUMENT, paths })),
      });
    await upload({ "/v2/send": DOCUMENT.paths["/send"] });
    const hint = page.getByRole("status").filter({ hasText: "base path" });
    await expect(hint).toContainText("1 operation that nobody seems to call would be found without /v2");
    const folder = process.env["SCREENSHOTS"];
    if (folder) await page.screenshot({ path: join(folder, "base-path.png"), fullPage: true });
    await upload(DOCUMENT.paths);
    await expect(page.getByRole("tab", { name: "documented 1" })).toBeVisible();
    await expect(hint).toHaveCount(0);
    await page.setViewportSize({ width: 390, height: 844 });
    await expect(page.getByRole("columnheader", { name: "Path" })).toBeInViewport({ ratio: 1 });
  });
});

test("a collection is deleted when its name was typed", async ({ page }) => {
  await page.goto("/collections?search=gone");
  await page.getByRole("button", { name: "Delete gone.example" }).click();
  const dialog = page.getByRole("dialog", { name: "Delete a collection" });
  await expect(dialog.getByRole("button", { name: "Delete" })).toBeDisabled();
  await dialog.getByLabel(/^Type/).fill("gone.example");
  await dialog.getByRole("button", { name: "Delete" }).click();
  await expect(page.getByText(/^Deleted gone\.example: 1 endpoint/)).toBeVisible();
  await expect(page.getByText("No collection has this in its name")).toBeVisible();
});

test("a merge is undone", async ({ page }) => {
  await page.goto(`/endpoints/${await endpointId("/api/v1/flags/{}", "GET")}`);
  await page.getByRole("button", { name: "Undo merge" }).click();
  const dialog = page.getByRole("dialog", { name: "Undo the merge" });
  await dialog.getByRole("button", { name: "Undo merge" }).click();
  await expect(page.getByText(/^The merge is undone/)).toBeVisible();
  await expect(page.getByRole("button", { name: "Undo merge" })).toHaveCount(0);
});

test("data before a date is deleted, and the audit says who did what", async ({ page }) => {
  await page.goto("/collector?tab=data");
  await page.getByLabel("Before (UTC)").fill("2001-01-01");
  await page.getByRole("button", { name: "Delete…" }).click();
  const dialog = page.getByRole("dialog", { name: "Delete data" });
  await dialog.getByLabel(/^Type/).fill("2001-01-01");
  await dialog.getByRole("button", { name: "Delete" }).click();
  await expect(page.getByText(/^Deleted 0 endpoints/)).toBeVisible();
  await page.getByRole("tab", { name: "Audit" }).click();
  await expect(page.getByRole("table", { name: "Audit" }).locator("tbody tr").first()).toContainText("delete data");
});
