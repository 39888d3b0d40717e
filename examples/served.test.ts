// The sets of one platform, served: they load as one, decide as alone, and what comes of it is in the log.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { PolicyEngine, validate } from "portcullis";
import { describe, expect, it } from "vitest";
import { useBrowser, withPage } from "../tests/www/page.js";
import { banking } from "./lib/banking.js";
import { catalogue, policies, traffic } from "./lib/platform.js";
import { servePlatform } from "./lib/server.js";
import { workspace } from "./lib/workspace.js";

useBrowser();

describe("several sets as one", () => {
  it("load without errors and without warnings", () => {
    expect(validate(policies, catalogue).diagnostics).toEqual([]);
    expect(new Set(policies.map(({ id }) => id)).size).toBe(policies.length);
  });

  it.each([banking, workspace])("decide as each does alone: $name", async (suite) => {
    const alone = await PolicyEngine.load({ policies: suite.policies, catalogue: suite.catalogue });
    const all = await PolicyEngine.load({ policies, catalogue });
    const requests = traffic.filter(({ from }) => from.startsWith(suite.name)).flatMap(({ requests }) => requests);
    expect(requests.length).toBeGreaterThan(40);
    for (const request of requests) {
      const { policy_set: _, approvals: __, ...decision } = all.decide(request);
      expect(decision).toMatchObject(
        (({ effect, code, mode, reasons }) => ({ effect, code, mode, reasons }))(alone.decide(request)),
      );
    }
    alone.close();
    all.close();
  });
});

describe("the demo's server", () => {
  it("is what `make demo ONCE=1` ends with: it prints where the API and the page are, and ends by itself", async () => {
    const demo = fileURLToPath(new URL("../scripts/demo", import.meta.url));
    const { stdout } = await promisify(execFile)(demo, { env: { ...process.env, ONCE: "1" } });
    const [, api] = /Served .*(http:\/\/127\.0\.0\.1:\d+)/.exec(stdout) ?? [];
    expect(stdout).toContain(`✓ the playground is at ${api}/`);
    expect(stdout).toContain("✓ decided as in this process");
  }, 300_000);

  it("decides what it is sent, logs it whole, and ends well", async () => {
    const program = fileURLToPath(new URL("served.ts", import.meta.url));
    const { stdout, stderr } = await promisify(execFile)("npx", ["tsx", program, "--once"]);
    const calls = traffic.reduce((sum, { requests }) => sum + requests.length, 0);
    expect(stdout).toContain(`✓ decided as in this process, each of ${calls}`);
    expect(stdout).toContain(`✓ ${calls} in the log, ${calls} with their requests`);
    expect(stderr.replace(/^npm warn.*\n/gm, "")).toBe("");
  }, 300_000);

  it("prints a link that opens the page, connected, with the decisions to try an edit on", async () => {
    const server = await servePlatform();
    const requests = traffic.flatMap(({ requests }) => requests);
    try {
      await server.call("/v1/decisions/batch", { requests });
      await withPage(
        async ({ page }) => {
          const panel = page.getByRole("region", { name: "The server" });
          await panel.getByText("The editor holds what the server has.").waitFor();
          expect(page.url()).toBe(`${server.address}/`);
          await panel.getByRole("tab", { name: "Decision log" }).click();
          await expect
            .poll(
              async () => {
                await panel.getByRole("button", { name: "Take these decisions" }).click();
                await panel.getByText(/of \d+ decisions|No decision matches/).waitFor();
                return panel.innerText();
              },
              { timeout: 60_000 },
            )
            .toContain(`${requests.length} of ${requests.length} decisions are requests to try an edit on`);
        },
        { api: server.address, hash: new URL(server.link).hash },
      );
    } finally {
      expect(await server.end()).toBe(0);
    }
  }, 300_000);
});
