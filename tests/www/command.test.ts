// The page as `portcullis serve` serves it, by the link that it prints.
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterEach, expect, it } from "vitest";
import { COMMAND, folder, NO_DELETES, OPEN, request } from "../cli/run.js";
import { send } from "../http/client.js";
import { lines, select, useBrowser, withPage } from "./page.js";

useBrowser();

const put = folder();
const dist = fileURLToPath(new URL("../../www/dist", import.meta.url));
const running = new Set<ChildProcess>();
afterEach(() => {
  for (const child of running) child.kill("SIGKILL");
  running.clear();
});

/** Its origin, and the token of the link. */
function serve(...args: string[]): Promise<{ readonly api: string; readonly token: string }> {
  const child = spawn(process.execPath, [COMMAND, "serve", "--port", "0", "--page", dist, ...args]);
  running.add(child);
  let said = "";
  return new Promise((done, fail) => {
    child.on("exit", () => fail(new Error(said)));
    child.stderr.on("data", (chunk) => {
      said += chunk;
      const [, api, token] = /(http:\S+)\/#connect=(\S+)\s/.exec(said) ?? [];
      if (api !== undefined && token !== undefined) done({ api, token });
    });
  });
}

it("its link opens the policies; an edit is tried on what it decided, saved, and in force", {
  timeout: 120_000,
}, async () => {
  const { api, token } = await serve(
    "--seed",
    put("seed.json", JSON.stringify([OPEN, NO_DELETES])),
    "--log",
    "requests",
  );
  const decide = async (tool: string) =>
    (await send(api, "POST", "/v1/decisions", { token, body: { request: request({ tool: { id: tool } }) } })).body;
  expect((await decide("delete")).effect).toBe("deny");
  expect((await decide("drop")).effect).toBe("allow");
  await withPage(
    async ({ page }) => {
      const panel = page.getByRole("region", { name: "The server" });
      await panel.getByText("The editor holds what the server has.").waitFor();
      expect(page.url()).toBe(`${api}/`);
      await panel.getByRole("tab", { name: "Decision log" }).click();
      // Decisions are written behind the call.
      await expect
        .poll(
          async () => {
            await panel.getByRole("button", { name: "Take these decisions" }).click();
            await panel.getByText(/of \d+ decisions|No decision matches/).waitFor();
            return panel.innerText();
          },
          { timeout: 30_000 },
        )
        .toMatch(/2 of 2 decisions are requests to try an edit on/);
      await select(page, "policies", '"delete"');
      await page.keyboard.type('"drop"');
      await panel.getByRole("tab", { name: "Changes (1)" }).click();
      await panel.getByRole("button", { name: "Check 1 change with the server" }).click();
      await panel.getByText("2 of 2 requests (2 logged decisions) are decided otherwise.").waitFor();
      await panel.getByRole("button", { name: "Save 1 change" }).click();
      await panel.getByText("1 of 1 change is saved.").waitFor();
      await expect.poll(async () => (await decide("drop")).effect, { timeout: 30_000 }).toBe("deny");
      expect((await decide("delete")).effect).toBe("allow");
    },
    { api, hash: `#connect=${token}` },
  );
});

it("a server of files says that it stores no policies", { timeout: 120_000 }, async () => {
  const { api, token } = await serve("--files", put("files.json", JSON.stringify([OPEN])));
  await withPage(
    async ({ page }) => {
      await page.getByText(/Not connected.*reads its policies from files.*--data or --database/).waitFor();
      expect(await lines(page, "policies")).toMatch(/support makes small refunds/);
    },
    { api, hash: `#connect=${token}` },
  );
});
