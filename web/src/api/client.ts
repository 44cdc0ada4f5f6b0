// SPDX-License-Identifier: Apache-2.0
// The one place that asks the server. Where it says that the token is none (401), the token is forgotten, and the page
// asks for another.
import { forgetToken, token } from "./token";
import type { Answer, Method, PathsWith, Query } from "./types";

/** What went wrong, in the server's words. */
export class Problem extends Error {
  readonly status: number;
  readonly detail: string;

  constructor(status: number, title: string, detail: string) {
    super(title);
    this.name = "Problem";
    this.status = status;
    this.detail = detail;
  }
}

interface Asked {
  id?: number;
  query?: object;
  body?: string | Blob;
  /** of the body; else it is JSON */
  type?: string;
  signal?: AbortSignal;
  /** instead of the one that is kept: to try it */
  token?: string;
}

export function addressOf(path: string, asked: Asked): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(asked.query ?? {}) as [string, unknown][]) {
    if (typeof value === "string" || typeof value === "number") parameters.set(name, String(value));
  }
  const filled = path.replace("{id}", String(asked.id ?? 0));
  const text = parameters.toString();
  return text === "" ? filled : `${filled}?${text}`;
}

async function problemOf(response: Response): Promise<Problem> {
  let title = response.statusText || `status ${response.status}`;
  let detail = "";
  try {
    const read = (await response.json()) as { title?: unknown; detail?: unknown };
    if (typeof read.title === "string") title = read.title;
    if (typeof read.detail === "string") detail = read.detail;
  } catch {
    detail = "";
  }
  return new Problem(response.status, title, detail);
}

export async function send(method: string, path: string, asked: Asked): Promise<Response> {
  const shown = asked.token ?? token();
  const headers: Record<string, string> = shown === null ? {} : { Authorization: `Bearer ${shown}` };
  if (asked.body !== undefined) headers["Content-Type"] = asked.type ?? "application/json";
  let response: Response;
  try {
    response = await fetch(addressOf(path, asked), {
      method,
      headers,
      body: asked.body ?? null,
      signal: asked.signal ?? null,
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
      referrerPolicy: "no-referrer",
    });
  } catch (error) {
    if (asked.signal?.aborted) throw error;
    throw new Problem(
      0,
      "The server does not answer",
      "Is apiarist still running? The page asks again when you retry.",
    );
  }
  if (response.ok) return response;
  if (response.status === 401 && asked.token === undefined && shown === token()) forgetToken("refused");
  throw await problemOf(response);
}

/** Asks a route of the document, typed by it. */
export async function ask<M extends Method, P extends PathsWith<M>>(
  method: M,
  path: P,
  asked: Omit<Asked, "query"> & { query?: Query<P, M> } = {},
): Promise<Answer<P, M>> {
  const response = await send(method.toUpperCase(), path, asked as Asked);
  return (await response.json()) as Answer<P, M>;
}

/** Saves the answer of a route as a file. */
export async function download(path: PathsWith<"get">, query: object, name: string): Promise<void> {
  const response = await send("GET", path, { query });
  const address = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = address;
  link.download = name.replaceAll(/[^A-Za-z0-9._-]+/g, "_").slice(0, 120);
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 0);
}
