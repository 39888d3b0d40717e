// The files of vectors/decide, as Node reads them.
import { readdirSync, readFileSync } from "node:fs";
import { type Case, casesOf } from "./cases.js";

export const folder = new URL("./decide/", import.meta.url);

export const names: readonly string[] = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .sort();

export interface Area {
  name: string;
  cases: Case[];
}

export const areas: readonly Area[] = names.map((name) => ({
  name,
  cases: casesOf(readFileSync(new URL(name, folder), "utf8")),
}));

/** So that files that are not found don't pass for cases that hold. */
export const LEAST = 300;
