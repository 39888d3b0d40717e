/** Timestamps and the calendar, in UTC, by arithmetic alone. */

const DAY = 86_400_000;
const HOUR = 3_600_000;
const MINUTE = 60_000;
const MAX_TIME = 8.64e15;
const weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,3}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/** Milliseconds since the epoch, or undefined for what is no timestamp. There is no leap second. */
export function parseTimestamp(text: string): number | undefined {
  // `$` in JavaScript without the m flag is the very end, so a trailing newline fails.
  const match = RFC_3339.exec(text);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const fraction = Number((match[7] ?? "").padEnd(3, "0"));
  const offsetHour = Number(match[9] ?? "0");
  const offsetMinute = Number(match[10] ?? "0");
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 59 || offsetHour > 23 || offsetMinute > 59) return undefined;
  const offset = (offsetHour * HOUR + offsetMinute * MINUTE) * (match[8] === "-" ? -1 : 1);
  const local = daysSinceEpoch(year, month, day) * DAY + hour * HOUR + minute * MINUTE + second * 1000 + fraction;
  return local - offset;
}

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

function daysSinceEpoch(year: number, month: number, day: number): number {
  let days = 0;
  for (let y = 1970; y < year; y += 1) days += isLeapYear(y) ? 366 : 365;
  for (let y = year; y < 1970; y += 1) days -= isLeapYear(y) ? 366 : 365;
  for (let m = 1; m < month; m += 1) days += daysInMonth(year, m);
  return days + day - 1;
}

export function utcHour(milliseconds: number): number | undefined {
  const time = Math.floor(milliseconds);
  if (Math.abs(time) > MAX_TIME) return undefined;
  return Math.floor(sinceMidnight(time) / HOUR);
}

export function utcWeekday(milliseconds: number): string | undefined {
  const time = Math.floor(milliseconds);
  if (Math.abs(time) > MAX_TIME) return undefined;
  const days = (time - sinceMidnight(time)) / DAY;
  // The epoch began on a Thursday, which is three days after Monday.
  return weekdays[(((days + 3) % 7) + 7) % 7];
}

function sinceMidnight(time: number): number {
  return ((time % DAY) + DAY) % DAY;
}
