/** Operators on strings with patterns that were made from the strings they are to match. */
import type { Leaf } from "../types.js";
import type { Random } from "./random.js";

export function textPatterns(texts: string[], random: Random, mayIgnoreCase: boolean): Leaf {
  const operator = random.pick(["starts_with", "ends_with", "contains", "matches"] as const);
  const sources = texts.filter((text) => text !== "");
  if (sources.length === 0) return { eq: "" };
  const patterns = [...new Set(sources.map((text) => patternFor(operator, text, random)))];
  const leaf: Leaf = { [operator]: patterns.length === 1 && random.chance(0.8) ? (patterns[0] as string) : patterns };
  if (mayIgnoreCase && random.chance(0.4)) leaf.ignore_case = true;
  return leaf;
}

function patternFor(
  operator: "starts_with" | "ends_with" | "contains" | "matches",
  text: string,
  random: Random,
): string {
  const characters = Array.from(text);
  const cut = random.below(characters.length);
  switch (operator) {
    case "starts_with":
      return characters.slice(0, cut + 1).join("");
    case "ends_with":
      return characters.slice(cut).join("");
    case "contains":
      return characters.slice(cut, cut + random.between(1, 3)).join("");
    case "matches":
      return globFor(characters, random);
  }
}

/** Some code points stay, some become `?`, a run becomes `*`. */
function globFor(characters: string[], random: Random): string {
  const glob = characters.map((character) => {
    if (random.chance(0.15)) return "?";
    if (random.chance(0.15)) return "*";
    if (["*", "?", "\\"].includes(character) || random.chance(0.05)) return `\\${character}`;
    return character;
  });
  if (random.chance(0.3)) glob.push("*");
  if (random.chance(0.2)) glob.unshift("*");
  return glob.join("");
}
