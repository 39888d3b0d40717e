/** Makes a case smaller while what is wrong with it stays. */

type Plain = { [key: string]: unknown };

const isPlain = (value: unknown): value is Plain => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype;
};

/** Values that are a little simpler than a value, the much simpler ones first. */
function* simpler(value: unknown): Generator<unknown> {
  if (Array.isArray(value)) {
    for (let size = value.length >> 1; size >= 1; size >>= 1) {
      for (let at = 0; at + size <= value.length; at += size) yield [...value.slice(0, at), ...value.slice(at + size)];
    }
    for (const [index, element] of value.entries()) {
      for (const less of simpler(element)) yield value.map((other, at) => (at === index ? less : other));
      if (index > 50) return;
    }
  } else if (isPlain(value)) {
    for (const key of ["all", "any"]) if (Array.isArray(value[key])) yield* value[key] as unknown[];
    if (isPlain(value["not"])) yield value["not"];
    for (const key of Object.keys(value)) yield without(value, key);
    for (const key of Object.keys(value)) for (const less of simpler(value[key])) yield replaced(value, key, less);
  } else if (typeof value === "string" && value.length > 64) {
    yield value.slice(0, value.length >> 1);
    yield value.slice(0, -1);
  }
}

function without(object: Plain, key: string): Plain {
  const { [key]: _, ...rest } = object;
  return rest;
}

function replaced(object: Plain, key: string, value: unknown): Plain {
  return Object.defineProperty({ ...object }, key, { value, enumerable: true, configurable: true, writable: true });
}

/** Greedy, and given up after so many attempts. */
export async function shrink<T>(value: T, fails: (value: T) => Promise<boolean>, attempts = 3000): Promise<T> {
  let smallest = value;
  let left = attempts;
  for (let improved = true; improved; ) {
    improved = false;
    for (const candidate of simpler(smallest)) {
      if (left === 0) return smallest;
      left -= 1;
      if (!(await fails(candidate as T))) continue;
      smallest = candidate as T;
      improved = true;
      break;
    }
  }
  return smallest;
}
