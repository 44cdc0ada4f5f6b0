// SPDX-License-Identifier: Apache-2.0
// Records as they come. By fetch, because EventSource cannot show a token. Comes back by itself, after waits that grow.
import { EventParser } from "../base/sse";
import { Problem, send } from "./client";
import type { LiveRecord, Query } from "./types";

export type LiveState = "connecting" | "open" | "waiting" | "refused";
export type LiveQuery = Query<"/api/v1/live", "get">;

export interface LiveListener {
  records: (records: LiveRecord[]) => void;
  lost: (records: number) => void;
  state: (state: LiveState, why: string) => void;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15000;

function isRecord(value: unknown): value is LiveRecord {
  return typeof value === "object" && value !== null && "method" in value && "target" in value && "time" in value;
}

async function readAll(response: Response, listener: LiveListener): Promise<void> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader) return;
  const parser = new EventParser();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const records: LiveRecord[] = [];
    for (const { event, data } of parser.feed(value)) {
      const read = JSON.parse(data) as unknown;
      if (event === "record" && isRecord(read)) records.push(read);
      if (event === "lost") listener.lost(Number((read as { records?: unknown }).records) || 0);
    }
    if (records.length > 0) listener.records(records);
  }
}

function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Returns what ends it. */
export function listen(query: NonNullable<LiveQuery>, listener: LiveListener): () => void {
  const end = new AbortController();
  const run = async (): Promise<void> => {
    let pause = FIRST_WAIT_MS;
    for (;;) {
      let why = "The connection ended";
      try {
        listener.state("connecting", "");
        const response = await send("GET", "/api/v1/live", { query, signal: end.signal });
        listener.state("open", "");
        pause = FIRST_WAIT_MS;
        await readAll(response, listener);
      } catch (error) {
        if (end.signal.aborted) return;
        why = error instanceof Problem ? `${error.message}${error.detail ? `: ${error.detail}` : ""}` : why;
        if (error instanceof Problem && [400, 401, 403, 404].includes(error.status)) {
          listener.state("refused", why);
          return;
        }
      }
      if (end.signal.aborted) return;
      listener.state("waiting", why);
      await wait(pause, end.signal);
      pause = Math.min(pause * 2, LONGEST_WAIT_MS);
    }
  };
  void run();
  return () => end.abort();
}
