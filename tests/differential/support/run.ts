/** How long and with which seed the random comparisons run. */

/** Another each run; to repeat one, set `PORTCULLIS_SEED` to what it printed. */
export const seed = Number(process.env["PORTCULLIS_SEED"] ?? (Date.now() ^ (process.pid << 16)) >>> 0);

/** Pairs of a policy set and a request. */
export const pairs = Number(process.env["PORTCULLIS_PAIRS"] ?? 20_000);

/** Part of the pairs, for what takes longer. */
export const share = (part: number): number => Math.ceil(pairs * part);

/** As long as it takes at a slow machine's pace. */
export const timeout = 300_000 + pairs * 30;

export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
