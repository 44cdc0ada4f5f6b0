// SPDX-License-Identifier: Apache-2.0
// Against a server that runs: APIARIST_URL is its address, APIARIST_TOKEN_FILE the file with an admin's token.
import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: ".",
  testIgnore: "capture/**",
  outputDir: "../test-results",
  workers: 1,
  forbidOnly: true,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [["list"]],
  use: {
    baseURL: process.env["APIARIST_URL"] ?? "http://127.0.0.1:8686",
    viewport: { width: 1280, height: 860 },
    acceptDownloads: true,
    launchOptions: { executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium", args: ["--no-sandbox"] },
  },
});
