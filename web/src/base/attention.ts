// SPDX-License-Identifier: Apache-2.0
// What became of bytes and records that were not delivered, out of the ledger.

export interface LedgerLine {
  name: string;
  value: number;
  meaning: string;
}

// how often a parser looked for its place is no loss by itself
const NO_LOSS = new Set(["lost_place"]);

export function losses(ledger: LedgerLine[] | null): LedgerLine[] {
  return (ledger ?? []).filter(({ name, value }) => value > 0 && /(lost|dropped)/.test(name) && !NO_LOSS.has(name));
}
