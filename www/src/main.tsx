import { render } from "preact";
import { startConnecting } from "./connect/lazy.js";
import { start } from "./state/start.js";
import "./styles/base.css";
import "./styles/layout.css";
import "./styles/decision.css";
import "./styles/effect.css";
import "./styles/form.css";
import "./styles/builder.css";
import "./styles/call.css";
import "./styles/matrix.css";
import { App } from "./view/app.js";

const page = document.getElementById("page");
if (page === null) throw new Error("the page has no place for the playground");
const started = start();
startConnecting(started);
await started;
render(<App />, page);
