import { report } from "./deciding.js";
import { engine } from "./engine.js";

process.stdout.write(report(engine));
