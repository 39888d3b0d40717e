/** How long and with which seed the random comparisons run. */

/** The same in each ordinary run, so that a failure is of the change at hand. */
const FIXED_SEED = 20_260_423;

/** `PORTCULLIS_SEED=random` is another each run; to repeat one, set it to what was printed. */
export const seed = seedOf(process.env["PORTCULLIS_SEED"]);

function seedOf(asked: string | undefined): number {
  if (asked === undefined || asked === "") return FIXED_SEED;
  return asked === "random" ? (Date.now() ^ (process.pid << 16)) >>> 0 : Number(asked);
}

/** Pairs of a policy set and a request. */
export const pairs = Number(process.env["PORTCULLIS_PAIRS"] ?? 20_000);

/** Part of the pairs, for what takes longer. */
export const share = (part: number): number => Math.ceil(pairs * part);

/** As long as it takes at a slow machine's pace. */
export const timeout = 300_000 + pairs * 30;

export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
