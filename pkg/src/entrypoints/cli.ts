#!/usr/bin/env node
// The `portcullis` command. The engine is loaded when a command needs it, so that help comes at once.
import { main } from "../cli/main.js";

const { argv, env, stdin, stdout, stderr } = process;
const engine = () => import("./node.js");
process.exitCode = await main({ argv: argv.slice(2), env, stdin, stdout, stderr, engine });
