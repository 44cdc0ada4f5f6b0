// SPDX-License-Identifier: Apache-2.0
// Server-sent events out of a stream of text, in pieces that end anywhere.

export interface ServerEvent {
  event: string;
  data: string;
}

export const MAX_EVENT = 8 * 1024 * 1024;

export class EventParser {
  #rest = "";
  #event = "";
  #data: string[] = [];
  #size = 0;

  feed(text: string): ServerEvent[] {
    const out: ServerEvent[] = [];
    this.#rest += text;
    let from = 0;
    for (;;) {
      const end = this.#rest.indexOf("\n", from);
      if (end < 0) break;
      const line = this.#rest.slice(from, end > from && this.#rest[end - 1] === "\r" ? end - 1 : end);
      from = end + 1;
      const done = this.#line(line);
      if (done) out.push(done);
    }
    this.#rest = this.#rest.slice(from);
    if (this.#rest.length > MAX_EVENT) this.#rest = "";
    return out;
  }

  #line(line: string): ServerEvent | null {
    if (line === "") {
      const whole = this.#data.length > 0 && this.#size <= MAX_EVENT;
      const done = whole ? { event: this.#event || "message", data: this.#data.join("\n") } : null;
      this.#event = "";
      this.#data = [];
      this.#size = 0;
      return done;
    }
    const colon = line.indexOf(":");
    if (colon === 0) return null;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "event") this.#event = value;
    if (name === "data") {
      this.#size += value.length;
      if (this.#size <= MAX_EVENT) this.#data.push(value);
    }
    return null;
  }
}
