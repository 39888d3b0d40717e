/** How wide a line of the demo may be. */
export const width = 96;

const colour = process.stdout.isTTY === true && !process.env["NO_COLOR"];
const sgr = (code: number) => (text: string) => (colour && text !== "" ? `\x1b[${code}m${text}\x1b[0m` : text);
export const bold = sgr(1);
export const dim = sgr(2);
export const red = sgr(31);
export const green = sgr(32);
export const yellow = sgr(33);

/** The beginning of a part of the demo. */
export function heading(title: string, subtitle: string) {
  console.log(`\n${bold(title)}  ${dim(subtitle)}\n${dim("═".repeat(width))}`);
}

export interface Column {
  title: string;
  width: number;
  right?: boolean;
  paint?: (text: string) => string;
}

/** Rows below a line of titles. A cell that is too long goes on in the next line. */
export function table(columns: Column[], rows: string[][]): string {
  const line = (cells: string[], paint: (column: Column) => (text: string) => string) =>
    `  ${columns.map((column, i) => paint(column)(pad(cells[i] ?? "", column))).join("  ")}`.trimEnd();
  const head = line(
    columns.map(({ title }) => title),
    () => bold,
  );
  const rule = dim(`  ${columns.map((column) => "─".repeat(column.width)).join("──")}`);
  const body = rows.flatMap((row) => {
    const cells = row.map((cell, i) => wrap(cell, columns[i]?.width ?? width));
    const height = Math.max(...cells.map(({ length }) => length));
    return Array.from({ length: height }, (_, n) =>
      line(
        cells.map((cell) => cell[n] ?? ""),
        ({ paint }) => paint ?? String,
      ),
    );
  });
  return [head, rule, ...body].join("\n");
}

function pad(text: string, column: Column): string {
  return column.right ? text.padStart(column.width) : text.padEnd(column.width);
}

/** Breaks a text at spaces into lines of at most `columns`; a longer word is cut. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (let word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = "";
    }
    while (word.length > columns) {
      lines.push(word.slice(0, columns));
      word = word.slice(columns);
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** The beginning of a text in one line. Addresses and account numbers say nothing to a reader, and give way to a word. */
export function shorten(text: string, length: number): string {
  const plain = text
    .replace(/\s+/g, " ")
    .replace(/'?[\w.+-]+@[\w.-]+\w'?/g, "[address]")
    .replace(/\b[A-Z]{2}\d{12,}\b/g, "[account]");
  return plain.length <= length ? plain : `${plain.slice(0, length - 1).trimEnd()}…`;
}

/** A bar for a count. */
export function bar(count: number): string {
  return "▇".repeat(count);
}

/** A text of the engine, indented, and folded where a line is too long. */
export function quote(text: string): string {
  return text
    .split("\n")
    .flatMap((line) => {
      const indent = line.slice(0, line.length - line.trimStart().length);
      const [first = "", ...rest] = wrap(line.trimStart(), width - 6 - indent.length);
      return [indent + first, ...rest.map((more) => `${indent}  ${more}`)];
    })
    .map((line) => `  ${dim("│")} ${line}`.trimEnd())
    .join("\n");
}
