// SPDX-License-Identifier: Apache-2.0
import { join } from "node:path";
import { collectionId, cutNumbers, endpointId, expect, noSeriousFindings, settled, test } from "./setup";

test("collections are searched, sorted, and lead on", async ({ page }) => {
  await page.goto("/collections");
  await settled(page);
  await page.getByLabel("Search in names").fill("BILLING");
  await expect(page.getByRole("table").locator("tbody tr")).toHaveCount(1);
  await page.getByLabel("Search in names").fill("");
  await page.getByRole("button", { name: "Collection", exact: true }).click();
  await expect(page.getByRole("columnheader", { name: "Collection" })).toHaveAttribute("aria-sort", "ascending");
  await page.getByRole("link", { name: "mail.shop.svc", exact: true }).click();
  await expect(page.getByRole("table").getByRole("link", { name: "/send" })).toBeVisible();
  await page.goto("/collections");
  await page.getByRole("link", { name: "Map of mail.shop.svc" }).click();
  await expect(page).toHaveURL(/\/map\?collection=\d+/);
});

test("changes by kind and since when, grouped by day", async ({ page }) => {
  await page.goto("/changes");
  await settled(page);
  await expect(page.getByRole("link", { name: /coupons/ })).toBeVisible();
  await page.getByText("Fields", { exact: true }).click();
  await expect(page).toHaveURL(/kind=field/);
  await expect(page.getByText("/supplier/contact").first()).toBeVisible();
  await page.getByText("Types", { exact: true }).click();
  await expect(page).toHaveURL(/kind=type/);
  await expect(page.getByText("new type").first()).toBeVisible();
  await page.goto("/changes?kind=endpoint&since=30d");
  await settled(page);
  await expect(async () => {
    await page.mouse.wheel(0, 20_000);
    expect(await page.getByRole("heading", { level: 2 }).count()).toBeGreaterThan(2);
  }).toPass();
});

test("a change says why lists fold its endpoint away", async ({ page }) => {
  const change = { time: 1_750_000_000, kind: "endpoint", detail: "", endpoint_id: 1, collection: "a.example" };
  const items = ["", "static"].map((folded, id) => ({
    ...change,
    id,
    method: "GET",
    template: `/of-${id}`,
    operation: "",
    folded,
  }));
  await page.route("**/api/v1/changes*", (route) => route.fulfill({ json: { items, next: null } }));
  await page.goto("/changes");
  await expect(page.getByRole("listitem").filter({ hasText: "/of-1" })).toContainText("static");
  await expect(page.getByRole("listitem").filter({ hasText: "/of-0" }).locator(".tag")).toHaveText([
    "new endpoint",
    "GET",
  ]);
});

test("each number of the sensitive matrix leads to the endpoints that it counts", async ({ page }) => {
  await page.goto("/sensitive");
  await settled(page);
  const cells = page.getByRole("row", { name: /^email/ }).getByRole("link");
  const counted = (await cells.nth(3).textContent()) ?? "";
  await cells.nth(3).click();
  await expect(page).toHaveURL(/exposed=email/);
  await expect(page.getByText(new RegExp(`^${counted} endpoint`))).toBeVisible();
  await page.goto("/sensitive");
  await page.getByRole("link", { name: "payment card" }).click();
  await expect(
    page
      .getByRole("table", { name: /payment card/ })
      .getByText("body /card")
      .first(),
  ).toBeVisible();
});

test("places beyond those that are kept are no type", async ({ page }) => {
  interface Types {
    sensitive: { value: string; endpoints: number }[];
  }
  await page.route("**/api/v1/endpoints/facets*", async (route) => {
    const response = await route.fetch();
    const answer = (await response.json()) as Types;
    answer.sensitive.push({ value: "(others)", endpoints: 2 });
    await route.fulfill({ response, json: answer });
  });
  await page.goto("/sensitive");
  await settled(page);
  await expect(page.getByText("2 endpoints with more places. An endpoint keeps 64 places")).toBeVisible();
  await expect(page.getByRole("table").getByRole("row", { name: /others|more places/ })).toHaveCount(0);
  const id = await endpointId("/api/v1/users/{}", "GET");
  await page.route(`**/api/v1/endpoints/${id}`, async (route) => {
    const response = await route.fetch();
    const answer = (await response.json()) as { marks: Record<string, object[]> };
    const [mark] = answer.marks["response_sensitive"] ?? [];
    answer.marks["response_sensitive"]?.push({ ...mark, value: "(others)" });
    await route.fulfill({ response, json: answer });
  });
  await page.goto(`/endpoints/${id}?tab=sensitive`);
  const row = page.getByRole("row", { name: /^more places/ });
  await expect(row).toContainText("beyond the 64 that are kept");
  await expect(row.getByRole("link")).toHaveCount(0);
});

test("the service map is a picture and a table of the same, by traffic", async ({ page }) => {
  await page.goto("/map");
  await settled(page);
  await expect(page.getByRole("img", { name: /\d+ nodes, \d+ connections/ })).toBeVisible();
  await expect(page.locator("canvas")).toBeVisible();
  await page.getByText("Table", { exact: true }).click();
  const table = page.getByRole("table", { name: "Who calls whom" });
  await expect(table.getByRole("row", { name: /gateway.*mail\.shop\.svc/ })).toBeVisible();
  await expect(table).toBeVisible();
  const before = await table.locator("tbody tr").count();
  await page.getByRole("slider").press("End");
  await expect.poll(() => table.locator("tbody tr").count()).toBeLessThan(before);
  await table.getByRole("link").first().click();
  await expect(page).toHaveURL(/\/endpoints\?collection=\d+/);
});

test("on a phone the map is a list, and a local caller stands in it once", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 860 });
  await page.route("**/api/v1/service-map*", async (route) => {
    const response = await route.fetch();
    const { items } = (await response.json()) as { items: { kind: string; name: string; collection: string }[] };
    const own = items.find(({ kind, collection }) => kind === "client_process" && collection === "mail.shop.svc");
    await route.fulfill({
      response,
      json: { items: [{ ...own, kind: "client", name: "127.0.0.1" }, ...items], next: null },
    });
  });
  await page.goto("/map");
  await settled(page);
  const list = page.getByRole("list", { name: "Who calls whom" });
  await expect(page.locator("canvas")).toHaveCount(0);
  const mail = list.getByRole("listitem").filter({ has: page.getByRole("link", { name: "mail.shop.svc" }) });
  await expect(mail).toContainText(/called by\s*gateway/);
  await expect(list.getByText("127.0.0.1")).toHaveCount(0);
  await expect(page.getByText(/^1 loopback address left out/)).toBeVisible();
});

test("the nodes of a straight chain are as small as others", async ({ page }) => {
  const chain = { collection_id: 1, collection: "localhost", requests: 40, endpoints: 2, last_seen: 1790000000 };
  await page.route("**/api/v1/service-map*", (route) =>
    route.fulfill({
      json: {
        items: [
          { ...chain, kind: "client_process", name: "curl" },
          { ...chain, kind: "server_process", name: "python3" },
        ],
        next: null,
      },
    }),
  );
  await page.goto("/map");
  await settled(page);
  await expect(page.getByRole("img", { name: "3 nodes, 2 connections" })).toBeVisible();
  const folder = process.env["SCREENSHOTS"];
  if (folder) await page.screenshot({ path: join(folder, "map-chain.png"), fullPage: true });
  const canvas = page.locator("canvas");
  // pixels that something is drawn at, of a hundred
  const drawn = (): Promise<number> =>
    canvas.evaluate((of: HTMLCanvasElement) => {
      const copy = new OffscreenCanvas(of.width, of.height).getContext("2d", { willReadFrequently: true });
      copy?.drawImage(of, 0, 0);
      const { data } = copy?.getImageData(0, 0, of.width, of.height) ?? { data: [] };
      let some = 0;
      for (let at = 3; at < data.length; at += 4) some += Number((data[at] ?? 0) > 0);
      return (some * 400) / data.length;
    });
  await expect.poll(drawn).toBeGreaterThan(0.5);
  expect(await drawn()).toBeLessThan(5);
});

test("a click on a host of the map opens its endpoints", async ({ page }) => {
  await page.goto(`/map?collection=${await collectionId("mail.shop.svc")}`);
  await settled(page);
  const box = await page.locator("canvas").boundingBox();
  expect(box).not.toBeNull();
  // its only host stands at the right end, in the middle
  if (box) await page.mouse.click(box.x + box.width - 120, box.y + box.height / 2 + 10);
  await expect(page).toHaveURL(/\/endpoints\?collection=\d+/);
});

test("coverage, ledger and settings", async ({ page }) => {
  await page.goto("/collector");
  await settled(page);
  await expect(
    page.getByText(/Reads records of other collectors|Collects on this node|Serves what is stored/),
  ).toBeVisible();
  await page.getByRole("tab", { name: "Ledger" }).click();
  await settled(page);
  await page.getByRole("tab", { name: "Settings" }).click();
  const table = page.getByRole("table", { name: "Settings" });
  await expect(table).toBeVisible();
  const all = await table.locator("tbody tr").count();
  await page.getByLabel("Changed only").check();
  await expect.poll(() => table.locator("tbody tr").count()).toBeLessThan(all);
  await page.getByLabel("Changed only").uncheck();
  await page.getByLabel("Search in settings").fill("inventory-days");
  await expect(table.locator("tbody tr")).toHaveCount(1);
});

test("on a phone the coverage of a process is whole", async ({ page }) => {
  const nginx = {
    pid: 4711,
    name: "nginx",
    cgroup: "/",
    container: "8f6e2a1b0c9d",
    ended: false,
    connections: 55_823,
    tls_sessions: 1,
    bytes: 482_110,
    seen: 482_000,
    share: 0.9997,
    tls_stacks: [{ stack: "OpenSSL", version: "3.0.19", file: "/lib/libssl.so.3", probed: true, reason: "" }],
    not_seen: [{ what: "not HTTP", why: "", bytes: 110 }],
  };
  const coverage = {
    total: { line: "99.9 % of the bytes of 1 process", share: 0.9997, bytes: 482_110, seen: 482_000, processes: 1 },
    processes: [nginx],
    ended_processes_count: 0,
    ended_processes: nginx,
  };
  await page.route("**/api/v1/collector", async (route) => {
    const response = await route.fetch();
    const answer = (await response.json()) as object;
    await route.fulfill({ response, json: { ...answer, coverage } });
  });
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto("/collector");
  await page.getByRole("button", { name: "Reasons of nginx (4711)" }).click();
  await expect(page.getByText("/lib/libssl.so.3")).toBeVisible();
  await expect(page.getByRole("cell", { name: "> 99.9 %" })).toBeInViewport({ ratio: 1 });
  expect(await page.evaluate(cutNumbers)).toEqual([]);
  await noSeriousFindings(page);
  const folder = process.env["SCREENSHOTS"];
  if (folder) await page.screenshot({ path: join(folder, "coverage-390.png"), fullPage: true });
});

test("on a phone columns that find no room come back when asked", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto("/sensitive");
  await settled(page);
  const table = page.getByRole("table", { name: "Types of sensitive data" });
  await expect(table.getByRole("columnheader", { name: "Without auth" })).toBeInViewport({ ratio: 1 });
  await expect(table.getByRole("columnheader", { name: "Return it" })).toHaveCount(0);
  await page.getByRole("button", { name: "Show 1 more column" }).click();
  await expect(table.getByRole("columnheader", { name: "Return it" })).toBeVisible();
  await expect(page.getByRole("region", { name: "Types of sensitive data" })).toHaveAttribute("data-more", "right");
  await noSeriousFindings(page);
  const folder = process.env["SCREENSHOTS"];
  if (folder) await page.screenshot({ path: join(folder, "sensitive-all-390.png"), fullPage: true });
  await page.getByRole("button", { name: "Only the columns that fit" }).click();
  await expect(table.getByRole("columnheader", { name: "Return it" })).toHaveCount(0);
});

test("the ledger has what was counted, and zeros when asked", async ({ page }) => {
  const ledger = [
    { name: "records_delivered", value: 7, meaning: "records that were delivered" },
    { name: "socket_bytes_lost", value: 0, meaning: "bytes that found no room" },
  ];
  await page.route("**/api/v1/collector", async (route) => {
    const response = await route.fetch();
    const answer = (await response.json()) as object;
    await route.fulfill({ response, json: { ...answer, ledger } });
  });
  await page.goto("/collector?tab=ledger");
  const rows = page.getByRole("table", { name: "Ledger" }).locator("tbody tr");
  await expect(rows).toHaveCount(1);
  await expect(page.getByText("Bytes of a connection that is open are counted when it ends.")).toBeVisible();
  await page.getByLabel("Counters that are zero too (1)").check();
  await expect(rows).toHaveCount(2);
  await noSeriousFindings(page);
  const folder = process.env["SCREENSHOTS"];
  if (folder) await page.screenshot({ path: join(folder, "ledger-all.png"), fullPage: true });
});

test.describe("where the server does not answer", () => {
  test.use({ allowed: /Failed to load resource/ });

  test("the page says so, and goes on when asked again", async ({ page }) => {
    await page.route("**/api/v1/collections", (route) => route.abort());
    await page.goto("/collections");
    await expect(page.getByRole("alert")).toContainText("The server does not answer");
    await page.unroute("**/api/v1/collections");
    await page.getByRole("button", { name: "Try again" }).click();
    await expect(page.getByRole("table", { name: "Collections" })).toBeVisible();
  });

  test("a problem is said in the server's words", async ({ page }) => {
    await page.route("**/api/v1/changes*", (route) =>
      route.fulfill({
        status: 500,
        contentType: "application/problem+json",
        body: JSON.stringify({
          type: "about:blank",
          title: "Internal Server Error",
          status: 500,
          detail: "the store is <b>away</b>",
        }),
      }),
    );
    await page.goto("/changes");
    await expect(page.getByRole("alert")).toContainText("the store is <b>away</b>");
  });
});
