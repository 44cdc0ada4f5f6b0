// SPDX-License-Identifier: Apache-2.0
// The tests of ../capture.py: against a run that captures real services.
import { defineConfig } from "@playwright/test";
import base from "../playwright.config";

export default defineConfig({ ...base, testDir: ".", testIgnore: [], outputDir: "../../test-results" });
