// `portcullis keys`: makes, lists and revokes API keys.
import { userInfo } from "node:os";
import { PortcullisError } from "../../engine/errors.js";
import { type Command, type Context, FOUND, OK } from "../command.js";
import { printable } from "../terminal.js";
import { UsageError } from "../usage.js";

const VERBS = ["create", "list", "revoke"];

export const keys: Command = {
  spec: {
    name: "keys",
    summary: "Makes, lists and revokes API keys, of the platform or of a tenant.",
    usage: "create|list|revoke [ID] [OPTIONS]",
    options: {
      database: { type: "string", value: "URL", about: "`postgres://…` or `pglite:FOLDER`; else DATABASE_URL" },
      schema: { type: "string", value: "NAME", about: "where the tables are; default `portcullis`" },
      tenant: { type: "string", value: "ID", about: "whose keys; else the platform's" },
      name: { type: "string", value: "TEXT", about: "what a new key is for" },
      role: {
        type: "string",
        value: "ROLE",
        about: "what a new key may do; may be repeated",
        multiple: true,
        choices: ["reader", "author", "admin", "approver"],
      },
      expires: { type: "string", value: "TIME", about: "when a new key ends, such as 2030-01-31T00:00:00Z" },
    },
    files: { least: 1, most: 2 },
    notes: [
      "`create` prints the key, once: what is stored is its digest. `list` and `revoke` print lines of JSON.",
      "A server may take some seconds to refuse a key that was revoked. Exits with 1 if something fails.",
    ],
  },

  async run(context) {
    const { args, env, out, err } = context;
    const [verb = "", id] = args.files;
    if (!VERBS.includes(verb)) throw new UsageError(`there is no \`keys ${verb}\``, `one of: ${VERBS.join(", ")}`);
    if ((verb === "revoke") !== (id !== undefined)) {
      throw new UsageError("an id is for `revoke`, and needed there", "`list` prints ids");
    }
    const address = args.value("database") ?? env["DATABASE_URL"];
    if (!address) throw new UsageError("no database is named", "write `--database URL`, or set DATABASE_URL");
    try {
      await out.write(await done(context, address, verb, id ?? ""));
      return OK;
    } catch (error) {
      if (!PortcullisError.is(error)) throw error;
      const { message, remedy, code } = error;
      await err.write(`${err.style.red(`error[${code}]`)}: ${printable(message)}\n  help: ${printable(remedy)}\n`);
      return FOUND;
    }
  },
};

async function done({ args }: Context, address: string, verb: string, id: string): Promise<string> {
  const [{ openDatabase }, { ApiKeyStore }] = await Promise.all([
    import("../../store/open.js"),
    import("../../store/keys.js"),
  ]);
  const database = await openDatabase(address);
  try {
    const store = new ApiKeyStore({ database, schema: args.value("schema") });
    const actor = { tenant: args.value("tenant") ?? null, by: `command:${userInfo().username}` };
    if (verb === "list") return (await store.list(actor)).map((key) => `${JSON.stringify(key)}\n`).join("");
    if (verb === "revoke") return `${JSON.stringify(await store.revoke(actor, id))}\n`;
    const [name = "", roles] = [args.value("name"), args.values("role")];
    const { key } = await store.create(actor, { name, roles, expires_at: args.value("expires") });
    return `${key}\n`;
  } finally {
    await database.close?.();
  }
}
