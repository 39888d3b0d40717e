import { report } from "../deciding.js";
import { Client } from "./client.js";
import { engine } from "./engine.js";

// Decided for each request, not while building.
export const dynamic = "force-dynamic";

export default function Page() {
  return (
    <>
      <pre id="server">{report(engine)}</pre>
      <Client />
    </>
  );
}
