// SPDX-License-Identifier: Apache-2.0
// What a server says of itself in one word. One that only answers is not broken because it collects nothing.

export interface State {
  label: string;
  tone: "good" | "neutral" | "bad";
  why: string;
}

const READY: Record<"run" | "processor" | "serve", string> = {
  run: "collecting",
  processor: "processing",
  serve: "serving",
};

export function stateOf(collector: { mode: keyof typeof READY; not_ready: string }): State {
  const { mode, not_ready } = collector;
  if (mode === "serve") return { label: READY.serve, tone: "neutral", why: not_ready };
  if (not_ready !== "") return { label: "not ready", tone: "bad", why: not_ready };
  return { label: READY[mode], tone: "good", why: "" };
}

/** Why no record will come to who waits for some; null: one may. */
export function whyNothingComes(
  collector: { mode: keyof typeof READY; not_ready: string } | undefined,
): { title: string; why: string } | null {
  if (!collector) return null;
  if (collector.mode === "serve") {
    return {
      title: "No records come here",
      why: "This processor has no source: it only serves what is stored. Live records are at one that reads some (--kafka or --records), and at apiarist run.",
    };
  }
  return collector.not_ready === "" ? null : { title: "Not collecting", why: collector.not_ready };
}

// what a processor counts, in words; what is always worth knowing first
const INGEST: [name: string, words: string, always: boolean][] = [
  ["records", "records read", true],
  ["stored", "stored", true],
  ["pending", "waiting to be stored", false],
  ["superseded", "already stored by another processor", false],
  ["dropped", "given up with their batch", false],
  ["refused", "refused", false],
  ["first_words", "start messages of collectors", false],
  ["failures", "errors of the database", false],
];

/**
 * Whether records that were given up with their batch come again: a processor of Kafka reads them anew, and counts here
 * those too that another has stored. A run and a file have them once.
 */
export function readsAgain({ mode, settings }: { mode: string; settings: { name: string; value: string }[] }): boolean {
  return mode === "processor" && !settings.some(({ name, value }) => name === "records" && value !== "");
}

export interface IngestFact {
  name: string;
  words: string;
  value: number;
  bad: boolean;
}

/** Counts of a processor, without those of zero that say nothing. */
export function ingestFacts(ingest: Record<string, number>, again: boolean): IngestFact[] {
  return INGEST.map(([name, words, always]) => ({ name, words, always, value: ingest[name] ?? 0 }))
    .filter(({ always, value }) => always || value > 0)
    .map(({ name, words, value }) => {
      const comes = name === "dropped" && again;
      return {
        name,
        words: comes ? "given up, to be read again" : words,
        value,
        bad: name === "refused" || (name === "dropped" && !comes),
      };
    });
}
