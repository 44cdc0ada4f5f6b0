// SPDX-License-Identifier: Apache-2.0
// Times are Unix seconds; what is shown is in the browser's zone.

export const HOUR = 3600;
export const DAY = 86400;

export function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

const two = (value: number): string => String(value).padStart(2, "0");

export function dateOf(seconds: number): string {
  const at = new Date(seconds * 1000);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

export function clockOf(seconds: number): string {
  const at = new Date(seconds * 1000);
  return `${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** 2026-11-29 14:03:07 +01:00 */
export function absolute(seconds: number): string {
  const at = new Date(seconds * 1000);
  const zone = -at.getTimezoneOffset();
  const sign = zone < 0 ? "-" : "+";
  const off = `${sign}${two(Math.floor(Math.abs(zone) / 60))}:${two(Math.abs(zone) % 60)}`;
  return `${dateOf(seconds)} ${clockOf(seconds)}:${two(at.getSeconds())} ${off}`;
}

/** With milliseconds where there are some: most records know but their second. */
export function preciseClock(milliseconds: number): string {
  const at = new Date(milliseconds);
  const rest = at.getMilliseconds();
  const fraction = rest === 0 ? "" : `.${String(rest).padStart(3, "0")}`;
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}${fraction}`;
}

export function relative(seconds: number, now: number): string {
  const gone = now - seconds;
  if (gone < -60) return "in the future";
  if (gone < 10) return "just now";
  if (gone < 60) return `${gone} s ago`;
  if (gone < HOUR) return `${Math.floor(gone / 60)} min ago`;
  if (gone < DAY) return `${Math.floor(gone / HOUR)} h ago`;
  if (gone < 60 * DAY) return `${Math.floor(gone / DAY)} d ago`;
  return dateOf(seconds);
}

export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < HOUR) return `${Math.floor(seconds / 60)} min`;
  if (seconds < DAY) return `${Math.floor(seconds / HOUR)} h ${Math.floor((seconds % HOUR) / 60)} min`;
  return `${Math.floor(seconds / DAY)} d ${Math.floor((seconds % DAY) / HOUR)} h`;
}

/** The begin of a day that a date field holds; null where that is no date. */
export function secondsOfDate(text: string): number | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (!match) return null;
  const at = new Date(Number(match[1]), Number(match[2]) - 1, Number(match[3]));
  return Number.isNaN(at.getTime()) || at.getMonth() !== Number(match[2]) - 1 ? null : Math.floor(at.getTime() / 1000);
}

const AGO: Record<string, number> = { "1h": HOUR, "24h": DAY, "7d": 7 * DAY, "30d": 30 * DAY };

/**
 * What a filter of time says: 24h, 7d and the like count back from now, so that a saved view stays true; a date or a
 * number of seconds is itself. Rounded to the minute, so that the answer of a question can be kept.
 */
export function sinceSeconds(text: string, now: number): number | null {
  const ago = AGO[text];
  if (ago !== undefined) return Math.floor((now - ago) / 60) * 60;
  if (/^\d{1,12}$/.test(text)) return Number(text);
  return secondsOfDate(text);
}
