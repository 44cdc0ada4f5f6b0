// SPDX-License-Identifier: Apache-2.0
// The walk over a live capture of the services of services.py: what they said is what the pages show.
import { join } from "node:path";
import type { Page } from "@playwright/test";
import {
  ask,
  collectionId,
  downloaded,
  endpointId,
  expect,
  noSeriousFindings,
  settled,
  SERVER,
  test,
  TOKEN,
} from "../setup";

const SCRIPT = "<script>alert(1)</script>";
const SHOP = "shop.example";
const APPLICATION = "app.internal";
/** what each collection is asked for, and is neither static, health nor unsuccessful */
const ASKED: Record<string, string[]> = {
  [SHOP]: [
    "GET /api/orders",
    "GET /api/orders/{}",
    "GET /api/products/{}",
    "GET /api/report",
    "GET /api/search",
    "GET /api/users/{}",
    "POST /api/orders",
    "POST /api/payments",
  ],
  "stock.internal": ["GET /stock/{}"],
};
ASKED[APPLICATION] = ASKED[SHOP] ?? [];

interface Listed {
  items: { collection: string; method: string; template: string; statuses: Record<string, number> }[];
}

interface Collector {
  coverage: { processes: { name: string; pid?: number; share: number | null; not_seen: { why: string }[] }[] } | null;
}

async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env["SCREENSHOTS"];
  if (!folder) return;
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 860 });
    await settled(page);
    await page.screenshot({ path: join(folder, `capture-${name}-${width}.png`), fullPage: true });
  }
  await page.setViewportSize({ width: 1280, height: 860 });
}

async function processOf(name: string): Promise<string> {
  const { coverage } = await ask<Collector>("collector");
  const found = coverage?.processes.find((one) => one.name === name && one.share !== null);
  expect(found, name).toBeDefined();
  return `${name} (${found?.pid ?? ""})`;
}

test.beforeAll("all that is asked for was seen, in all its outcomes", async () => {
  await expect(async () => {
    const { items } = await ask<Listed>("endpoints?limit=500");
    const seen = (collection: string) =>
      items.filter((item) => item.collection === collection).map(({ method, template }) => `${method} ${template}`);
    for (const [collection, asked] of Object.entries(ASKED)) expect(seen(collection).sort()).toEqual([...asked].sort());
    const failed = await ask<Listed>(`endpoints?status=5xx&search=payments`);
    expect(failed.items.length).toBe(2);
    const folded = await ask<Listed>("endpoints?folded=yes");
    expect(folded.items.map(({ template }) => template).sort()).toEqual([
      "/healthz",
      "/static/shop.css",
      "/wp-login.php",
    ]);
    await processOf("bare_client");
  }).toPass({ timeout: 50_000 });
});

test.describe("without a token", () => {
  test.use({ signedIn: false, allowed: /status of 401/ });

  test("the page asks for one, and shows the overview with it", async ({ page }) => {
    await page.goto("/");
    await page.getByLabel(/^Token/).fill(TOKEN);
    await page.getByRole("button", { name: "Sign in" }).click();
    await settled(page);
    await expect(page.getByRole("heading", { name: "Overview" })).toBeVisible();
  });
});

test("the overview has numbers and plots of what was captured", async ({ page }) => {
  await page.goto("/?range=1h");
  await settled(page);
  for (const label of [
    /^endpoints/,
    /^collections$/,
    /^requests in 1 h, .* of them seen at callers$/,
    /^failed in 1 h$/,
  ]) {
    const tile = page.locator(".tile", { has: page.getByText(label) }).locator(".tile-value");
    await expect(tile, String(label)).toHaveText(/[1-9]/);
  }
  await expect(page.getByRole("img", { name: /^[1-9][\d,. ]* requests in 1 h, [1-9]/ })).toBeVisible();
  await expect(page.getByRole("img", { name: /^Latency in 1 h/ })).toBeVisible();
  await expect(page.locator("canvas")).toHaveCount(2);
  await expect(page.getByText("Nothing lost")).toBeVisible();
  await expect(page.getByText(/not seen: .*TLS of bare_client/)).toBeVisible();
  await noSeriousFindings(page);
  await picture(page, "overview");
});

test("one click tells which endpoints return e-mail addresses without authentication", async ({ page }) => {
  await page.goto("/");
  await settled(page);
  await page.evaluate(() => {
    const { dataset } = document.documentElement;
    dataset["clicks"] = "0";
    addEventListener("click", () => (dataset["clicks"] = String(Number(dataset["clicks"]) + 1)), true);
  });
  await page.getByRole("link", { name: /^email \d+$/ }).click();
  const rows = page.getByRole("table", { name: "Endpoints" }).locator("tbody tr[data-index]");
  // of nginx and of the application behind it
  await expect(rows).toHaveCount(2);
  await expect(rows.filter({ has: page.getByRole("link", { name: "/api/users/{}", exact: true }) })).toHaveCount(2);
  await expect(rows.filter({ hasText: SHOP })).toHaveCount(1);
  await expect(rows.filter({ hasText: APPLICATION })).toHaveCount(1);
  expect(await page.locator("html").getAttribute("data-clicks")).toBe("1");
  // which return them as well, to who has a token
  await page.goto("/endpoints?returned=email");
  await expect(page.getByRole("table").getByRole("link", { name: "/api/orders/{}", exact: true })).toHaveCount(2);
});

test("the list of endpoints, narrowed by facets", async ({ page }) => {
  await page.goto("/endpoints");
  await settled(page);
  await page.getByRole("search").getByRole("button", { name: "Collection", exact: true }).click();
  await page.getByRole("menuitem", { name: SHOP }).click();
  await page.getByRole("search").getByRole("button", { name: "Auth", exact: true }).click();
  await page.getByRole("menuitem", { name: /jwt/ }).click();
  const table = page.getByRole("table", { name: "Endpoints" });
  await expect(table.getByRole("link", { name: "/api/orders/{}" })).toBeVisible();
  await expect(table.getByRole("link", { name: "/api/users/{}" })).toHaveCount(0);
  await page.getByRole("search").getByRole("button", { name: "Method", exact: true }).click();
  await page.getByRole("menuitem", { name: /^POST/ }).click();
  await expect(table.locator("tbody tr[data-index]")).toHaveCount(1);
  await expect(table.getByRole("link", { name: "/api/orders" })).toBeVisible();
});

test("an endpoint: traffic, callers, and the process that answers", async ({ page }) => {
  await page.goto(`/endpoints/${await endpointId("/api/users/{}", "GET", SHOP)}?range=24h`);
  await settled(page);
  const panel = (name: string) => page.locator("section", { has: page.getByRole("heading", { name, exact: true }) });
  await expect(panel("Callers").first()).toContainText("curl");
  await expect(panel("Callers").first()).toContainText("python3");
  await expect(panel("Served by").first()).toContainText("nginx");
  await expect(page.getByText(/p50 [1-9\d][\d.,]* [µm]?s, p95 .*, p99 /)).toBeVisible();
  await expect(page.locator("canvas")).toHaveCount(2);
  await picture(page, "endpoint");
});

test("a slow endpoint is seen to be slow", async ({ page }) => {
  const report = await ask<{ p50: number }>(`endpoints/${await endpointId("/api/report", "GET", SHOP)}`);
  expect(report.p50).toBeGreaterThanOrEqual(300_000);
  await page.goto("/endpoints?sort=p95");
  await expect(page.getByRole("table").getByRole("link", { name: "/api/report" })).toHaveCount(2);
});

test("samples: request and response side by side, and what is redacted as a mark", async ({ page }) => {
  await page.goto(`/endpoints/${await endpointId("/api/users/{}", "GET", SHOP)}?tab=samples`);
  const request = page.getByRole("region", { name: "Request", exact: true });
  const response = page.getByRole("region", { name: "Response", exact: true });
  await expect(response.locator("mark.redacted").first()).toContainText(/^redacted-email-[0-9a-f]{12}$/);
  await expect(response).not.toContainText("@example.org");
  await expect(response).toContainText(SCRIPT);
  const left = await request.boundingBox();
  const right = await response.boundingBox();
  expect(left && right && left.x + left.width <= right.x && left.y === right.y).toBe(true);
  await picture(page, "samples");
  await page.goto(`/endpoints/${await endpointId("/api/orders", "POST", SHOP)}?tab=samples`);
  await expect(request.locator("mark.redacted").first()).toContainText(/^redacted-card-/);
  await expect(request).not.toContainText("4111");
  await page.getByText("Headers", { exact: true }).click();
  await expect(request.getByRole("row", { name: /^authorization/ })).toContainText("redacted-jwt");
});

test("schemas: the tree, and what is sensitive at its field", async ({ page }) => {
  await page.goto(`/endpoints/${await endpointId("/api/users/{}", "GET", SHOP)}?tab=schema`);
  const table = page.getByRole("table", { name: /^response 200/ });
  await expect(table.getByRole("row", { name: /^email/ })).toContainText("email");
  await expect(table.getByRole("row", { name: /^city/ })).toContainText("string");
  await table.getByRole("button", { name: "address: shut" }).click();
  await expect(table.getByRole("row", { name: /^city/ })).toHaveCount(0);
  await page.goto(`/endpoints/${await endpointId("/api/payments", "POST", SHOP)}?tab=schema`);
  await expect(page.getByRole("table", { name: /^request/ }).getByRole("row", { name: /^card/ })).toContainText(
    "payment card",
  );
  await expect(page.getByRole("table", { name: /^response 503/ })).toBeVisible();
});

test("markup of a query and of bodies is text", async ({ page }) => {
  await page.goto(`/endpoints/${await endpointId("/api/search", "GET", APPLICATION)}?tab=samples`);
  const response = page.getByRole("region", { name: "Response", exact: true });
  await expect(response).toContainText("<img src=x onerror=alert(2)>");
  await page.getByText("Raw", { exact: true }).click();
  await expect(response).toContainText("<img src=x onerror=alert(2)>");
  await page.goto(`/endpoints/${await endpointId("/api/search", "GET", APPLICATION)}?tab=parameters`);
  await expect(page.getByRole("table", { name: /^query/ }).getByRole("row", { name: /^q / })).toContainText("string");
  await expect(page.locator("main script, main img[src=x]")).toHaveCount(0);
});

test("the map has who called whom", async ({ page }) => {
  await page.goto("/map");
  await settled(page);
  await expect(page.getByRole("img", { name: /\d+ nodes, \d+ connections/ })).toBeVisible();
  await expect(page.locator("canvas")).toBeVisible();
  await picture(page, "map");
  await page.getByText("Table", { exact: true }).click();
  const table = page.getByRole("table", { name: "Who calls whom" });
  for (const [name, what, collection] of [
    ["curl", "calls", SHOP],
    ["python3", "calls", SHOP],
    ["nginx", "answers for", SHOP],
    ["nginx", "calls", APPLICATION],
    ["python3", "answers for", APPLICATION],
    ["python3", "calls", "stock.internal"],
    ["node", "answers for", "stock.internal"],
  ] as const)
    await expect(table.getByRole("row", { name: new RegExp(`${name} ${what} ${collection}`) })).toBeVisible();
});

test("records live: they come, are filtered, wait while paused, and open", async ({ page }) => {
  await page.goto("/live");
  await expect(page.getByText("Connected")).toBeVisible();
  const table = page.getByRole("table", { name: "Records" });
  const rows = table.locator("tbody tr[data-index]");
  await expect(rows.nth(5)).toBeVisible();
  // both ends are watched
  for (const end of ["nginx server", "nginx client", "python3 server"])
    await expect(table.getByRole("cell", { name: end }).first()).toBeVisible();
  await page.getByRole("button", { name: "Pause" }).click();
  await expect(page.getByRole("button", { name: /^Resume \([1-9]\d* waiting\)/ })).toBeVisible();
  const held = await rows.first().textContent();
  await noSeriousFindings(page);
  await picture(page, "live");
  expect(await rows.first().textContent()).toBe(held);
  await page.getByRole("button", { name: /^Resume/ }).click();
  await expect(rows.first()).not.toHaveText(held ?? "");
  await page.getByRole("button", { name: "Method", exact: true }).click();
  await page.getByRole("menuitem", { name: "POST" }).click();
  await expect(page).toHaveURL(/method=POST/);
  await expect(page.getByText("Connected")).toBeVisible();
  await page.getByRole("button", { name: "Clear" }).click();
  await expect(rows.nth(2)).toBeVisible();
  await expect(table.locator("tbody .tag-method").filter({ hasNotText: "POST" })).toHaveCount(0);
  await page.getByRole("button", { name: "Pause" }).click();
  await rows.first().getByRole("button").click();
  const drawer = page.getByRole("dialog", { name: "Record" });
  await expect(drawer.getByRole("region", { name: "Request", exact: true })).toContainText("redacted-card");
  await expect(drawer.getByRole("region", { name: "Response", exact: true })).toBeVisible();
});

test("changes name what is new", async ({ page }) => {
  await page.goto("/changes?kind=endpoint");
  await settled(page);
  await expect(page.getByRole("link", { name: "GET /api/users/{}" })).toHaveCount(2);
  await expect(page.getByText("new endpoint").first()).toBeVisible();
});

test("the matrix of sensitive data leads to the places", async ({ page }) => {
  await page.goto("/sensitive");
  await settled(page);
  const cells = (type: RegExp) => page.getByRole("row", { name: type }).getByRole("cell");
  await expect(cells(/^email/)).toHaveText(["email", "6", "6", "2"]);
  await expect(cells(/^payment card/)).toHaveText(["payment card", "4", "0", "0"]);
  await page.getByRole("link", { name: "payment card" }).click();
  const places = page.getByRole("table", { name: /payment card/ });
  await expect(places.getByText("body /card")).toHaveCount(4);
});

test("what was seen is a document, and a document is held against it", async ({ page }) => {
  const id = await collectionId(APPLICATION);
  await page.goto(`/openapi/${id}`);
  await settled(page);
  const seen = await downloaded(page, () => page.getByRole("button", { name: "Export what was seen" }).click());
  const { paths } = JSON.parse(seen.text) as { paths: Record<string, Record<string, unknown>> };
  expect(Object.values(paths).flatMap((path) => Object.keys(path))).toHaveLength(ASKED[APPLICATION]?.length ?? 0);
  const ok = { responses: { "200": { description: "ok" } } };
  const document = {
    openapi: "3.0.0",
    info: { title: "shop", version: "1" },
    paths: { "/api/users/{id}": { get: ok }, "/api/never": { get: ok } },
  };
  await page.getByLabel("OpenAPI document").setInputFiles({
    name: "shop.json",
    mimeType: "application/json",
    buffer: Buffer.from(JSON.stringify(document)),
  });
  await expect(page.getByRole("tab", { name: "documented 1" })).toBeVisible();
  await expect(page.getByRole("tab", { name: "zombie 1" })).toBeVisible();
  await page.getByRole("tab", { name: "shadow 7" }).click();
  await expect(page.getByRole("row", { name: /\/api\/report/ })).toBeVisible();
  await expect(page.getByRole("row", { name: /\/api\/users/ })).toHaveCount(0);
  await page.goto("/");
  await expect(page.getByRole("link", { name: "7 shadow endpoints" })).toBeVisible();
});

test("the collector says what it sees of each process, and why not the rest", async ({ page }) => {
  const nginx = await processOf("nginx");
  const bare = await processOf("bare_client");
  await page.goto("/collector");
  await settled(page);
  await expect(page.getByText("Collects on this node")).toBeVisible();
  const row = (name: string) => page.getByRole("row").filter({ has: page.getByText(name) });
  await expect(row(nginx)).toContainText("OpenSSL");
  await expect(row(nginx).locator(".tag")).toHaveText(/^(100|9\d(\.\d)?)\s?%$/);
  await expect(
    row(await processOf("python3"))
      .first()
      .locator(".tag"),
  ).toHaveText(/^(100|9\d(\.\d)?)\s?%$/);
  await expect(row(bare).locator(".tag")).toHaveText(/^0\s?%$/);
  // a process for each round of requests, in one row
  await expect(page.getByRole("row", { name: /^Reasons of curl curl [1-9]\d* ended/ })).toHaveCount(1);
  await page.getByRole("button", { name: `Reasons of ${bare}` }).click();
  await expect(page.getByText(/^Not seen: .* TLS: OpenSSL.*without symbols/)).toBeVisible();
  await noSeriousFindings(page);
  await picture(page, "collector");
});

test("the collector's ledger and its settings", async ({ page }) => {
  await page.goto("/collector?tab=ledger");
  const ledger = page.getByRole("table", { name: "Ledger" });
  for (const name of ["requests", "records_delivered", "tls_bytes_copied"]) {
    const row = ledger.getByRole("row").filter({ has: page.getByText(name, { exact: true }) });
    await expect(row.getByRole("cell").nth(1)).toHaveText(/^[1-9]/);
  }
  await picture(page, "ledger");
  await page.getByRole("tab", { name: "Settings" }).click();
  await page.getByLabel("Changed only").check();
  const settings = page.getByRole("table", { name: "Settings" });
  const api = settings.getByRole("row").filter({ has: page.getByText("api", { exact: true }) });
  await expect(api).toContainText("127.0.0.1:0");
  await expect(api).toContainText("--api");
});

test("only the server is asked, with its policy", async ({ page }) => {
  const response = await page.goto("/");
  expect(new URL(SERVER).hostname).toBe("127.0.0.1");
  expect(response?.headers()["content-security-policy"]).toContain("default-src 'none'");
});
