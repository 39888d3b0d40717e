// Splitting: a long JSON text of an array in pieces, so that reading it can pause.

/** Characters in a piece. */
const PIECE = 65_536;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
/** What makes a brace of a bracket. */
const BRACE = 0x20;
const COMMA = 0x2c;

/**
 * The elements of a JSON text as texts of shorter arrays. A text of one object is taken for an array of it; a text that
 * is short, or no array, is given as it is, for the core to judge. What is no JSON as a whole has a piece that is none.
 */
export function* splitArray(text: string): Generator<string, void, void> {
  const first = text.search(/[^ \t\n\r]/);
  if (first >= 0 && text.charCodeAt(first) === OPEN_BRACE) return yield `[${text}]`;
  if (text.length <= PIECE || text.charCodeAt(first) !== OPEN_BRACKET) return yield text;
  let from = first + 1;
  for (let end = endOfPiece(text, from); end >= 0; end = endOfPiece(text, from)) {
    yield `[${orComma(text.slice(from, end))}]`;
    from = end + 1;
  }
  const end = text.lastIndexOf("]");
  const last = text.slice(from, end);
  yield `[${from > first + 1 ? orComma(last) : last}${text.slice(end)}`;
}

/** The next comma between elements that ends a piece; −1 where the text ends first. A function of its own: engines compile it. */
function endOfPiece(text: string, from: number): number {
  let depth = 1;
  for (let i = from; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === QUOTE) i = endOfString(text, i);
    // A bracket counts as a brace.
    else if ((unit | BRACE) === OPEN_BRACE) depth++;
    else if ((unit | BRACE) === CLOSE_BRACE) depth--;
    else if (unit === COMMA && depth === 1 && i - from >= PIECE) return i;
  }
  return -1;
}

/** Nothing between two commas is no element; a lone comma says so to the parser. */
function orComma(piece: string): string {
  return piece.trim() === "" ? "," : piece;
}

function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === BACKSLASH) i++;
    else if (unit === QUOTE) return i;
  }
  return text.length;
}
