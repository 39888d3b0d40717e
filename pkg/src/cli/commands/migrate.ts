// `portcullis migrate`: brings a database up to date, or prints what would.
import { PortcullisError } from "../../engine/errors.js";
import { type Command, FOUND, OK } from "../command.js";
import { printable } from "../terminal.js";
import { UsageError } from "../usage.js";

export const migrate: Command = {
  spec: {
    name: "migrate",
    summary: "Brings the schema of a database up to date; several at once wait for one another.",
    usage: "[OPTIONS]",
    options: {
      database: { type: "string", value: "URL", about: "`postgres://…` or `pglite:FOLDER`; else DATABASE_URL" },
      schema: { type: "string", value: "NAME", about: "where the tables are; default `portcullis`" },
      roles: { type: "boolean", about: "also make the roles, and grant them what they need" },
      print: { type: "boolean", about: "print the SQL, and touch no database" },
      format: { type: "string", value: "FORMAT", about: "what --print prints", choices: ["sql", "typeorm"] },
    },
    files: { least: 0, most: 0 },
    notes: [
      "With `--roles` the user needs CREATEROLE, unless the roles `portcullis_app`, `portcullis_loader` and\n`portcullis_log` are there.",
      "`--format typeorm` is a file of migrations for TypeORM, in TypeScript. Exits with 1 if something fails.",
    ],
  },

  async run({ args, env, out, err }) {
    const schema = args.value("schema");
    const roles = args.flag("roles");
    const format = args.value("format");
    if (args.flag("print")) {
      const { printMigrations } = await import("../../store/print.js");
      await out.write(printMigrations(format === "typeorm" ? "typeorm" : "sql", { schema }, roles));
      return OK;
    }
    if (format !== undefined) throw new UsageError("`--format` is of `--print`", "add `--print`");
    const address = args.value("database") ?? env["DATABASE_URL"];
    if (!address) throw new UsageError("no database is named", "write `--database URL`, or set DATABASE_URL");
    try {
      const [{ openDatabase }, { migrate }] = await Promise.all([
        import("../../store/open.js"),
        import("../../store/migrate.js"),
      ]);
      const database = await openDatabase(address);
      try {
        const { applied, version } = await migrate(database, { roles, ...(schema !== undefined && { schema }) });
        const done = applied.length === 0 ? "nothing to apply" : `applied ${applied.join(", ")}`;
        await out.write(`${done}; the schema has version ${version}${roles ? ", and its roles" : ""}\n`);
      } finally {
        await database.close?.();
      }
      return OK;
    } catch (error) {
      if (!PortcullisError.is(error)) throw error;
      const { message, remedy, code } = error;
      await err.write(`${err.style.red(`error[${code}]`)}: ${printable(message)}\n  help: ${printable(remedy)}\n`);
      return FOUND;
    }
  },
};
