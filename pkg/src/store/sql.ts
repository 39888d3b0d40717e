// SQL with names in it, written as psql writes them: `:"schema"` is an identifier, `:'schema'` a literal.
import { invalidArgument } from "./errors.js";

/** Bytes of a schema's name: PostgreSQL cuts off names over 63, and the channel's is longer than its schema's. */
const MOST_BYTES = 48;

/** Where the tables are, unless something else is said. */
export const DEFAULT_SCHEMA = "portcullis";

/** The roles that `roles.sql` makes, unless something else is said. */
export const DEFAULT_ROLES = {
  app: "portcullis_app",
  loader: "portcullis_loader",
  log: "portcullis_log",
} as const;

/** Puts names into SQL, quoted. A name that is not given is an error of ours. */
export function fill(text: string, names: Readonly<Record<string, string>>): string {
  return text.replace(/(?<!:):(["'])(\w+)\1/g, (_, quote: string, key: string) => {
    const name = names[key];
    if (name === undefined) throw new Error(`the SQL has no name for \`${key}\``);
    return quote === '"' ? identifier(name) : literal(name);
  });
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** With the escapes said to be such, where there are any: how a backslash is read is a setting of the server. */
function literal(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return text.includes("\\") ? ` E${quoted.replaceAll("\\", "\\\\")}` : quoted;
}

/**
 * The name of a schema or a role, as it was given.
 * @throws PortcullisError `invalid_argument`.
 */
export function checkedName(what: string, name: string): string {
  const bytes = new TextEncoder().encode(name).length;
  if (name === "" || name.includes("\0")) {
    throw invalidArgument(`the name of the ${what} is empty or holds a NUL`, "Give a name.");
  }
  if (bytes > MOST_BYTES) {
    throw invalidArgument(
      `the name of the ${what} has ${bytes} bytes, and ${MOST_BYTES} are allowed`,
      "Give a shorter name.",
    );
  }
  return name;
}
