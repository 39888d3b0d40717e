import { report } from "./deciding.js";
import { engine } from "./engine.js";

export default {
  fetch: () => new Response(report(engine)),
};
