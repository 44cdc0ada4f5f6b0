// SPDX-License-Identifier: Apache-2.0
// Marks that redaction leaves in place of values: redacted-email-3f9a1c0b2d7e (docs/redaction.md).

export interface Piece {
  text: string;
  /** the mark's word, as email; undefined: ordinary text */
  mark?: string;
}

const MARK = /redacted-([a-z]+)-[0-9a-f]{12}/g;

export function pieces(text: string): Piece[] {
  const out: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(MARK)) {
    if (match.index > from) out.push({ text: text.slice(from, match.index) });
    out.push({ text: match[0], mark: match[1] ?? "secret" });
    from = match.index + match[0].length;
  }
  if (from < text.length) out.push({ text: text.slice(from) });
  return out;
}
