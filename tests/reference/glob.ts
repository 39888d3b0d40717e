/** Globs: `*` any run of code points, `?` exactly one, `\` makes the next one literal. */

type Token = { any: "run" } | { any: "one" } | { literal: string };

function parse(glob: string): Token[] {
  const characters = Array.from(glob);
  const tokens: Token[] = [];
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at] as string;
    if (character === "*") tokens.push({ any: "run" });
    else if (character === "?") tokens.push({ any: "one" });
    else if (character === "\\") {
      at += 1;
      tokens.push({ literal: characters[at] as string });
    } else tokens.push({ literal: character });
  }
  return tokens;
}

/**
 * Row by row: `matched[t]` says whether the tokens before `t` match the text read so far. No backtracking,
 * since a reference that takes exponential time on `*a*a*a` compares nothing.
 */
export function globMatches(glob: string, text: string): boolean {
  const tokens = parse(glob);
  let matched = [true, ...tokens.map(() => false)];
  skipRuns(tokens, matched);
  for (const character of Array.from(text)) {
    const next = matched.map(() => false);
    tokens.forEach((token, t) => {
      if (!matched[t]) return;
      if ("literal" in token) {
        if (token.literal === character) next[t + 1] = true;
      } else if (token.any === "one") next[t + 1] = true;
      else next[t] = true;
    });
    skipRuns(tokens, next);
    matched = next;
  }
  return matched[tokens.length] === true;
}

/** A `*` may stand for nothing. */
function skipRuns(tokens: Token[], matched: boolean[]): void {
  tokens.forEach((token, t) => {
    if (matched[t] && "any" in token && token.any === "run") matched[t + 1] = true;
  });
}
