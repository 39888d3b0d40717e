import { PolicyEngine } from "portcullis";
import { decideAll } from "./deciding.js";

globalThis.decided = decideAll(PolicyEngine);
