// Changes of the text that may fail: what fails is told, and nothing is lost.
import { notify } from "../state/notices.js";

export function attempted(change: () => void): () => void {
  return () => {
    try {
      change();
    } catch (error) {
      notify("error", `The text stays as it is: ${(error as Error).message}`);
    }
  };
}
