// `portcullis serve`: the management API and AuthZEN over HTTP.
import { PortcullisError } from "../../engine/errors.js";
import type { Answering } from "../../http/call.js";
import { answering } from "../../http/handler.js";
import { LOOPBACK } from "../../http/host.js";
import { nodeHandler } from "../../http/node.js";
import { type Command, type Context, FOUND, OK } from "../command.js";
import { authenticationOf } from "../serve/authentication.js";
import { asked, ended, listening } from "../serve/listen.js";
import type { LogMode } from "../serve/log.js";
import { addressOf, originsOf, portOf, SERVE_OPTIONS, whereOf } from "../serve/options.js";
import { opened, type Policies } from "../serve/policies.js";
import { printable } from "../terminal.js";

export const serve: Command = {
  spec: {
    name: "serve",
    summary: "Serves policies, decisions and their explanations over HTTP, until it is told to end.",
    usage: "[OPTIONS]",
    options: SERVE_OPTIONS,
    files: { least: 0, most: 0 },
    notes: [
      "Without a place for policies they are kept in memory, by PGlite; in production a place must be named.",
      "Without a way to say who calls it makes a token, prints it once, and listens to this machine alone.",
      "Exits with 1 if it can't start.",
    ],
  },

  async run(context) {
    try {
      return await served(context);
    } catch (error) {
      if (!PortcullisError.is(error)) throw error;
      const { message, remedy, code } = error;
      const { err } = context;
      await err.write(`${err.style.red(`error[${code}]`)}: ${printable(message)}\n  help: ${printable(remedy)}\n`);
      return FOUND;
    }
  },
};

async function served(context: Context): Promise<number> {
  const { args, env, out, err } = context;
  const [where, origins, wanted, address] = [whereOf(args, env), originsOf(args), portOf(args), addressOf(args)];
  const host = args.value("host") ?? "127.0.0.1";
  const loopback = LOOPBACK.includes(host.includes(":") ? `[${host}]` : host);
  // Before anything is opened: a mistake here is none that a database could mend.
  if (!loopback) await authenticationOf(args, undefined, args.flag("api-keys"));
  const engine = await context.engine();
  const policies = await opened(
    engine,
    {
      where,
      catalogueFile: args.value("catalogue"),
      schema: args.value("schema"),
      migrates: args.flag("migrate"),
      seed: args.values("seed"),
      log: (args.value("log") ?? "decisions") as LogMode,
    },
    err,
  );
  if (policies === undefined) return FOUND;
  try {
    const { ways, token } = await authenticationOf(args, policies.keys, loopback);
    const allowed = args.values("allow-host");
    const answer = answering(engine.validate, {
      ...policies,
      authenticate: ways,
      origins,
      hosts: loopback || allowed.length > 0 ? [...(loopback ? LOOPBACK : []), ...allowed] : undefined,
      address,
      page: args.value("page"),
      onError: (error) => void err.write(`${err.style.red("error")}: ${printable(described(error))}\n`),
    });
    const page = args.flag("page");
    await listened({ answer, host, port: wanted, token, page, seeded: policies.seeded, out, err });
  } finally {
    await policies.close();
  }
  return OK;
}

interface Listened extends Pick<Context, "out" | "err">, Pick<Policies, "seeded"> {
  readonly answer: Answering;
  readonly host: string;
  readonly port: number;
  readonly token: string | undefined;
  readonly page: boolean;
}

async function listened({ answer, host, port: wanted, token, page, seeded, out, err }: Listened): Promise<void> {
  const end = asked();
  const { server, port } = await listening(nodeHandler(answer), host, wanted);
  if (seeded > 0) await err.write(`stored ${seeded} policies\n`);
  const base = `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
  if (token !== undefined) await err.write(`token: ${token}\n`);
  // What stands behind the mark stays in the browser.
  if (token !== undefined && page) await err.write(`page: ${base}/#connect=${token}\n`);
  await out.write(`${base}\n`);
  await end;
  await ended(server);
}

/** For the log, with what led to it. */
function described(error: unknown): string {
  const cause = (error as { cause?: unknown } | undefined)?.cause;
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return cause === undefined ? text : `${text}: ${String(cause)}`;
}
