// The server beside the policies: what differs, what is there, and what was decided.
import { signal } from "@preact/signals";
import { marked } from "../view/marked.js";
import { TabPanel, Tabs } from "../view/tabs.js";
import { Changes } from "./changes.js";
import { ask } from "./connect-dialog.js";
import { PolicyList } from "./policy-list.js";
import { Replay } from "./replay-view.js";
import { RevisionsDialog } from "./revisions-dialog.js";
import { changes } from "./rows.js";
import { disconnect, loading, news, refresh, type Session, session, trouble } from "./session.js";

type Tab = "changes" | "policies" | "log";

const tab = signal<Tab>("changes");

export function ServerPanel() {
  const current = session.value;
  if (current === undefined) return null;
  return (
    <section class="panel server" aria-labelledby="server-title">
      <div class="panel-head">
        <h2 id="server-title">The server</h2>
        <div class="actions">
          <button type="button" onClick={refresh} disabled={loading.value}>
            {loading.value ? "Looking…" : "Look for changes"}
          </button>
          <button type="button" class="quiet" onClick={disconnect}>
            Disconnect
          </button>
        </div>
      </div>
      <div class="server-body">
        <Who {...current} />
        <p class={news.value === "" ? "hidden" : "hint"} role="status">
          {news.value}
        </p>
        {trouble.value !== undefined && (
          <div class="trouble">
            <p class="fault" role="alert">
              {marked(trouble.value.words)}
            </p>
            {trouble.value.isToken && (
              <button type="button" onClick={ask}>
                Use another token
              </button>
            )}
          </div>
        )}
        <Tabs
          id="server"
          label="What of the server is shown"
          tabs={[
            { id: "changes", title: `Changes (${changes.value.length})` },
            { id: "policies", title: "Policies" },
            { id: "log", title: "Decision log" },
          ]}
          selected={tab.value}
          onSelect={(next) => {
            tab.value = next;
          }}
        />
        <TabPanel id="server" tab="changes" selected={tab.value}>
          <Changes />
        </TabPanel>
        <TabPanel id="server" tab="policies" selected={tab.value}>
          {tab.value === "policies" && <PolicyList />}
        </TabPanel>
        <TabPanel id="server" tab="log" selected={tab.value}>
          <Replay />
        </TabPanel>
      </div>
      <RevisionsDialog />
    </section>
  );
}

const READINESS: Readonly<Record<string, string>> = {
  ok: "it decides by its policies",
  degraded: "it decides, but someone should look at it: `GET /v1/status` says why",
  unavailable: "it has no policies that it may decide by, and denies everything",
};

function Who({ server, caller, readiness }: Session) {
  const { address, tenant } = server.credentials;
  const whose = caller.tenant ?? "the platform";
  const role = caller.writes ? "may write" : "may only read";
  return (
    <div class="who">
      <p>
        <strong>{new URL(address).host}</strong>: {marked(READINESS[readiness] ?? readiness)}.
      </p>
      <p class="hint">
        You are {caller.subject} of {whose} and {role}
        {tenant === "" ? "" : `, here for ${tenant}`}.{" "}
        {caller.tenant !== null || tenant !== ""
          ? "What the platform keeps private is not here, so the server may decide otherwise than this page."
          : "Policies of tenants are not here: connect for a tenant to see its own."}
      </p>
    </div>
  );
}
