import { parts } from "../connect/lazy.js";
import { Matrix } from "../matrix/matrix.js";
import { policyView } from "../state/views.js";
import { Decision } from "./decision.js";
import { Effect } from "./effect.js";
import { Header } from "./header.js";
import { Headline } from "./headline.js";
import { NoticeBar } from "./notice-bar.js";
import { PoliciesPanel } from "./policies-panel.js";
import { RequestPanel } from "./request-panel.js";

export function App() {
  const server = parts.value;
  return (
    <>
      <div class="head">
        <Header />
        <Headline />
        <NoticeBar />
      </div>
      <main>
        <div class="intro">
          <h1>
            Write a policy. <span>See what it decides.</span>
          </h1>
          <p>
            <span class="more">
              An agent wants to do something: that is the call. Your policies allow it, deny it, or ask a person first.
            </span>{" "}
            Change either, and the verdict follows.{" "}
            {server?.session.value === undefined
              ? "Everything stays in your browser."
              : "Only what you save goes to the server."}
          </p>
        </div>
        <div class={`bench ${policyView.value}`}>
          <PoliciesPanel />
          <div class="column">
            <RequestPanel />
            <Decision />
          </div>
        </div>
        {server !== undefined && <server.ServerPanel />}
        <Effect />
        <Matrix />
      </main>
      {server !== undefined && <server.ConnectDialog />}
    </>
  );
}
