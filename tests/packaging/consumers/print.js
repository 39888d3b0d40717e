import { PolicyEngine } from "portcullis";
import { decideAll } from "./deciding.js";

process.stdout.write(await decideAll(PolicyEngine));
