import { report } from "../../deciding.js";
import { engine } from "../engine.js";

export const dynamic = "force-dynamic";

export function GET() {
  return new Response(report(engine));
}
