// SPDX-License-Identifier: Apache-2.0
// What became of bytes and records that were not delivered, out of the ledger.

export interface LedgerLine {
  name: string;
  value: number;
  meaning: string;
}

// what found no room, what the kernel programs could not copy, what overload left out; how often a parser looked for its
// place is no loss by itself
const LOSS = /_(lost|shed)$|^loss_|_dropped|^connections_(refused|given_up)$/;

export function losses(ledger: LedgerLine[] | null): LedgerLine[] {
  return (ledger ?? []).filter(({ name, value }) => value > 0 && LOSS.test(name));
}
