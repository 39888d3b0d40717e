// Work of which there may be much: done in turns, so that one call does not hold up all others.

/** Milliseconds after which others have their turn. */
const TURN = 10;

/** Does work on each item in order, until a result ends it. */
export async function byTurns<T, R>(
  items: Iterable<T>,
  work: (item: T) => R,
  ends: (result: R) => boolean = () => false,
): Promise<R[]> {
  const results: R[] = [];
  let until = performance.now() + TURN;
  for (const item of items) {
    const result = work(item);
    results.push(result);
    if (ends(result)) break;
    if (performance.now() < until) continue;
    // Not a microtask: only behind this are sockets looked at.
    await new Promise((done) => setImmediate(done));
    until = performance.now() + TURN;
  }
  return results;
}

type Lists = Readonly<Record<string, readonly unknown[]>>;

export function cellsOf(vary: Lists): number {
  return Object.values(vary).reduce((product, { length }) => product * length, 1);
}

/** A matrix in parts of so many cells at most, which make it up one after the other. */
export function* partsOf(vary: Lists, most: number): Generator<Lists> {
  const [first, ...others] = Object.entries(vary);
  if (first === undefined || cellsOf(vary) <= most) return yield vary;
  const [name, values] = first;
  const rest = Object.fromEntries(others);
  const inner = cellsOf(rest);
  const step = Math.max(1, Math.floor(most / inner));
  for (let from = 0; from < values.length; from += step) {
    const part = values.slice(from, from + step);
    for (const beside of partsOf(rest, most)) yield { [name]: part, ...beside };
  }
}
