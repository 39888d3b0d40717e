import { report } from "../../deciding.js";
import { engine } from "./engine.js";

export const runtime = "edge";

export function GET() {
  return new Response(report(engine));
}
