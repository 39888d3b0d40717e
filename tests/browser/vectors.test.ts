// What a browser decides, byte for byte as Node does. tests/vectors.test.ts holds Node to the cases.
import { readdirSync, readFileSync } from "node:fs";
import { PolicyEngine } from "portcullis";
import { expect, it } from "vitest";
import { type Outcome, outcomeOf } from "../vectors/engine.js";
import { areas, LEAST, names } from "../vectors/files.js";
import { type Site, visit } from "./chromium.js";
import { previewsOf, residualsOf } from "./partial.js";

const site: Site = {
  "/": new URL("./vectors.html", import.meta.url),
  "/partial.js": new URL("./partial.js", import.meta.url),
  "/dist/": new URL("../../pkg/dist/", import.meta.url),
  "/vectors/": new URL("../vectors/", import.meta.url),
};

/** What the page of the vectors offers. */
interface VectorsPage {
  decide(files: readonly string[]): Promise<Outcome[]>;
  partial(kind: "preview" | "residual", files: readonly string[]): Promise<string[]>;
  decideByResiduals(files: readonly string[]): Promise<{ whole: string; there?: string }[]>;
}

it("Chromium decides byte for byte as Node does", { timeout: 600_000 }, async () => {
  const inChromium = await visit(site, "/", async ({ page, errors }) => {
    const outcomes = await page.evaluate((files) => (globalThis as unknown as VectorsPage).decide(files), names);
    expect(errors).toEqual([]);
    return outcomes;
  });
  const cases = areas.flatMap((area) => area.cases);
  expect(inChromium.length).toBe(cases.length);
  expect(inChromium.length).toBeGreaterThanOrEqual(LEAST);
  const differences = cases.flatMap((one, index) => {
    const [here, there] = [outcomeOf(PolicyEngine, one), inChromium[index]];
    const same = here.decision === there?.decision && here.digest === there.digest;
    return same ? [] : [{ description: one.description, inNode: here, inChromium: there }];
  });
  expect(differences).toEqual([]);
});

it("Chromium decides by residuals as by whole sets", { timeout: 600_000 }, async () => {
  const decided = await visit(site, "/", async ({ page, errors }) => {
    const outcomes = await page.evaluate(
      (files) => (globalThis as unknown as VectorsPage).decideByResiduals(files),
      // Caps take long, and are the core's own.
      names.filter((name) => name !== "caps.json"),
    );
    expect(errors).toEqual([]);
    return outcomes;
  });
  expect(decided.length).toBeGreaterThan(LEAST);
  const known = decided.filter(({ there }) => there !== undefined);
  // The server is asked of few.
  expect(known.length).toBeGreaterThan(decided.length * 0.99);
  expect(known.filter(({ whole, there }) => whole !== there)).toEqual([]);
});

it.each([
  { kind: "preview", outcomesOf: previewsOf, least: 17 },
  { kind: "residual", outcomesOf: residualsOf, least: 24 },
] as const)("Chromium makes each $kind byte for byte as Node does", { timeout: 300_000 }, async ({ kind, ...node }) => {
  const folder = new URL(`../vectors/${kind}/`, import.meta.url);
  const files = readdirSync(folder).sort();
  const inChromium = await visit(site, "/", async ({ page, errors }) => {
    const outcomes = await page.evaluate(
      ({ kind, files }) => (globalThis as unknown as VectorsPage).partial(kind, files),
      { kind, files },
    );
    expect(errors).toEqual([]);
    return outcomes;
  });
  expect(inChromium.length).toBeGreaterThanOrEqual(node.least);
  expect(inChromium).toEqual(
    files.flatMap((name) => node.outcomesOf(PolicyEngine, readFileSync(new URL(name, folder), "utf8"))),
  );
});
