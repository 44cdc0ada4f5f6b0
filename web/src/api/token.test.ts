// SPDX-License-Identifier: Apache-2.0
import { afterEach, expect, test, vi } from "vitest";

afterEach(() => vi.unstubAllGlobals());

function storage(items: Record<string, string>) {
  const kept = new Map(Object.entries(items));
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
    keys: () => [...kept.keys()],
  };
}

test("who_signs_out_leaves_no_token_and_no_names_of_endpoints", async () => {
  const local = storage({ "apiarist-token": "t", "apiarist-dismissed": "[]", "apiarist-scheme": "dark" });
  vi.stubGlobal("localStorage", local);
  vi.stubGlobal("sessionStorage", storage({}));
  vi.stubGlobal("window", { addEventListener: () => undefined });
  const { forgetToken, token } = await import("./token");
  expect(token()).toBe("t");
  forgetToken();
  expect(token()).toBeNull();
  expect(local.keys()).toEqual(["apiarist-scheme"]);
});

test("whose_token_was_refused_is_told_from_who_signed_out", async () => {
  vi.resetModules();
  vi.stubGlobal("localStorage", storage({ "apiarist-token": "t" }));
  vi.stubGlobal("sessionStorage", storage({}));
  vi.stubGlobal("window", { addEventListener: () => undefined });
  const { forgetToken, keepToken, wasRefused } = await import("./token");
  expect(wasRefused()).toBe(false);
  forgetToken("refused");
  expect(wasRefused()).toBe(true);
  keepToken("u", false);
  expect(wasRefused()).toBe(false);
  forgetToken();
  expect(wasRefused()).toBe(false);
});
