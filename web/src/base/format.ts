// SPDX-License-Identifier: Apache-2.0
// Numbers for people. Absence is said with a dash, never with a zero.

const grouped = new Intl.NumberFormat("en-US");
const NONE = "–";

export function count(value: number | null | undefined): string {
  return value === null || value === undefined ? NONE : grouped.format(value);
}

/** 1234 → 1.2k: for axes and tiles, where the exact number stands beside it. */
export function compact(value: number): string {
  const steps: [number, string][] = [
    [1e12, "T"],
    [1e9, "G"],
    [1e6, "M"],
    [1e3, "k"],
  ];
  for (const [size, unit] of steps) {
    if (Math.abs(value) >= size) return `${trim(value / size)}${unit}`;
  }
  return trim(value);
}

function trim(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return String(Number(value.toFixed(digits)));
}

export function bytes(value: number): string {
  if (value < 1024) return `${grouped.format(value)} B`;
  const units = ["KiB", "MiB", "GiB", "TiB", "PiB"];
  let size = value / 1024;
  let at = 0;
  while (size >= 1024 && at < units.length - 1) {
    size /= 1024;
    at++;
  }
  return `${trim(size)} ${units[at] ?? ""}`;
}

/** Microseconds as µs, ms or s. */
export function latency(us: number | null | undefined): string {
  if (us === null || us === undefined) return NONE;
  if (us < 1000) return `${String(Math.round(us))} µs`;
  if (us < 1_000_000) return `${trim(us / 1000)} ms`;
  return `${trim(us / 1_000_000)} s`;
}

/** A share of 0 to 1. What is not quite all or nothing is not shown as all or nothing. */
export function percent(share: number | null | undefined): string {
  if (share === null || share === undefined || Number.isNaN(share)) return NONE;
  if (share > 0 && share < 0.001) return "< 0.1 %";
  if (share < 1 && share > 0.999) return "> 99.9 %";
  return `${trim(Number((share * 100).toFixed(1)))} %`;
}

const WHOLE = 12;
const TAIL = 8;

/** The end of a name, which must be seen where the name is cut: ports tell names apart, and domains do not. */
export function tailOf(name: string): string {
  return name.length <= WHOLE || !/:\d+$/.test(name) ? "" : name.slice(-TAIL);
}

export function cutInMiddle(name: string, most: number): string {
  if (name.length <= most) return name;
  const tail = tailOf(name);
  return `${name.slice(0, most - tail.length - 1)}…${tail}`;
}

export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** What stands for the places of an endpoint beyond those that are kept; of what type they are is not known. */
export const OTHERS = "(others)";
export const ABOUT_OTHERS =
  "An endpoint keeps 64 places of sensitive data; what was seen at more is counted together, without its type and place.";

/** jwt RS256 → jwt RS256, payment_card → payment card. */
export function words(id: string): string {
  return id === OTHERS ? "more places" : id.replaceAll("_", " ");
}
