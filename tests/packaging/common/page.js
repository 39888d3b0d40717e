import { report } from "./deciding.js";
import { engine } from "./engine.js";

globalThis.decided = report(engine);
