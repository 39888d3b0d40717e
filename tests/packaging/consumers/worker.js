// Decides in a worker of a page.
import { decideAll } from "/deciding.js";
import { PolicyEngine } from "/portcullis/dist/browser.js";

postMessage(await decideAll(PolicyEngine));
