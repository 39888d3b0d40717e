// Windows of time: the calendar's for budgets, durations for rates.

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const DAY = 86_400_000;

/** A window of the calendar, in UTC: its name, and when it ends. */
export interface Window {
  readonly name: string;
  /** Milliseconds since 1970; `null` where it has no end. */
  readonly end: number | null;
}

/** The window of a budget that a time is in. */
export function windowOf(window: string | null, now: number): Window {
  if (window === null) return { name: "", end: null };
  if (window === "1d") {
    const day = Math.floor(now / DAY);
    return { name: `d${day}`, end: (day + 1) * DAY };
  }
  if (window === "1mo") {
    const date = new Date(now);
    const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
    return { name: `m${year * 12 + month}`, end: Date.UTC(year, month + 1) };
  }
  throw new RangeError(`a budget has no window \`${window}\``);
}

/** A duration in milliseconds. */
export function milliseconds(duration: string | null): number {
  const [, count, unit] = /^(\d+)(ms|s|m|h|d)$/.exec(duration ?? "") ?? [];
  const length = UNITS[unit ?? ""];
  if (count === undefined || length === undefined) throw new RangeError(`\`${duration}\` is no duration`);
  return Number(count) * length;
}
