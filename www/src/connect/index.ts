// The connected mode: all of it that the page loads once it is asked for.
import "./connect.css";
import { startKeeping } from "./keeping.js";
import { startReading } from "./text.js";

export { ask, ConnectDialog } from "./connect-dialog.js";
export { ServerPanel } from "./server-panel.js";
export { ServerStatus } from "./server-status.js";
export { connectByLink, disconnect, resume, session } from "./session.js";

startReading();
startKeeping();
