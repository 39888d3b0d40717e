// What the page begins with: the link that was opened, or what was left here, or the first example.
import { startAnalysis } from "./analysis.js";
import { open, starter } from "./workspace.js";

export async function start(): Promise<void> {
  open(starter());
  startAnalysis();
}
