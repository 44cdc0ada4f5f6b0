// SPDX-License-Identifier: Apache-2.0
// JSON set out in lines without reading its values: numbers keep all their digits, and a name that comes twice is there
// twice. The text is hostile: lines and depth are bounded.

export type JsonKind = "name" | "string" | "number" | "word" | "mark";
export interface JsonToken {
  kind: JsonKind;
  text: string;
}
export type JsonLine = { indent: number; tokens: JsonToken[] };
export interface PrettyJson {
  lines: JsonLine[];
  /** there were more lines */
  cut: boolean;
}

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|[{}[\],:]/g;
export const MOST_LINES = 5000;

/** null: it is no JSON, and is shown as it is. */
export function prettyJson(text: string, most = MOST_LINES): PrettyJson | null {
  const trimmed = text.trim();
  if (!/^[{["\d\-tfn]/.test(trimmed)) return null;
  try {
    JSON.parse(trimmed);
  } catch {
    return null;
  }
  const writer = new LineWriter(most);
  const tokens = trimmed.match(TOKEN) ?? [];
  for (let at = 0; at < tokens.length && !writer.full; at++) writer.add(tokens[at] ?? "", tokens[at + 1] ?? "");
  return writer.end();
}

class LineWriter {
  #lines: JsonLine[] = [];
  #line: JsonLine = { indent: 0, tokens: [] };
  #depth = 0;
  #empty = false;
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  get full(): boolean {
    return this.#lines.length >= this.#most;
  }

  #break(): void {
    if (this.#line.tokens.length > 0) this.#lines.push(this.#line);
    this.#line = { indent: this.#depth, tokens: [] };
  }

  #put(kind: JsonKind, text: string): void {
    this.#line.tokens.push({ kind, text });
  }

  add(token: string, next: string): void {
    if (token === "{" || token === "[") {
      this.#put("mark", token);
      this.#empty = next === "}" || next === "]";
      this.#depth++;
      if (!this.#empty) this.#break();
    } else if (token === "}" || token === "]") {
      this.#depth--;
      if (!this.#empty) this.#break();
      this.#empty = false;
      this.#put("mark", token);
    } else if (token === ",") {
      this.#put("mark", ",");
      this.#break();
    } else if (token === ":") {
      this.#put("mark", ": ");
    } else if (token.startsWith('"')) {
      this.#put(next === ":" ? "name" : "string", token);
    } else {
      this.#put(/^[tfn]/.test(token) ? "word" : "number", token);
    }
  }

  end(): PrettyJson {
    const cut = this.full;
    if (!cut) this.#break();
    return { lines: this.#lines, cut };
  }
}
