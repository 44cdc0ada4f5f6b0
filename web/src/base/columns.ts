// SPDX-License-Identifier: Apache-2.0
// Which columns of a table stand in a room that is too narrow for all of them. A number that the edge of the room cuts
// reads as another number: so whole columns go.

export interface ColumnWidth {
  id: string;
  width: number;
  /** how narrow it may become; else it keeps its width */
  least: number;
  /** goes after those that need not stay */
  keep: boolean;
}

/** A wider room scrolls sideways instead. */
export const NARROW = 600;

/** The names of those that go, the last first, until the others fit. The first stays. */
export function leftOut(columns: readonly ColumnWidth[], room: number): string[] {
  const sum = columns.reduce((total, { width }) => total + width, 0);
  if (room >= NARROW || sum <= room) return [];
  const [, ...others] = columns;
  const back = others.reverse();
  const out: string[] = [];
  let need = columns.reduce((total, { least }) => total + least, 0);
  for (const column of [...back.filter(({ keep }) => !keep), ...back.filter(({ keep }) => keep)]) {
    if (need <= room) break;
    need -= column.least;
    out.push(column.id);
  }
  return out;
}
