// Ages of policies, where a clock is not what it should be: machines are suspended, and clocks are set.
import { PolicyEngineService, type PolicySource } from "portcullis/service";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { open, request } from "./support.js";

const MINUTE = 60_000;
let monotonic = 0;
let wall = 0;
let looks = 0;

beforeEach(() => {
  [monotonic, wall, looks] = [1_000, 1_795_375_800_000, 0];
  vi.spyOn(performance, "now").mockImplementation(() => monotonic);
  vi.spyOn(Date, "now").mockImplementation(() => wall);
});
afterEach(() => vi.restoreAllMocks());

const source: PolicySource = {
  load: async () => ({ change: 1, policies: [{ id: "open", revision: 1, text: JSON.stringify(open) }] }),
  changes: async (change) => {
    looks++;
    return { change, replaced: [], removed: [] };
  },
};
const start = () => PolicyEngineService.start({ source, pollMs: 3_600_000, maxStalenessMs: 2 * 3_600_000 });
const HOURS = 3 * 3_600_000;

it.each<[string, number, number]>([
  ["both clocks went on", HOURS, HOURS],
  ["the monotonic clock stood still, as while a machine is suspended", 0, HOURS],
  ["the wall clock stood still", HOURS, 0],
  ["the wall clock was set back", HOURS, -HOURS],
])("policies are too old where %s", async (_, byMonotonic, byWall) => {
  const service = await start();
  expect(service.decide(request()).code).toBe("allowed");
  const { version } = service;
  monotonic += byMonotonic;
  wall += byWall;
  expect(service.decide(request()).code).toBe("policies_unavailable");
  expect(service.health()).toMatchObject({ status: "unavailable", age_ms: HOURS });
  expect(service.version).not.toBe(version);
  await service.ensureFresh(MINUTE);
  expect(looks).toBe(1);
  expect(service.decide(request()).code).toBe("allowed");
  expect(service.health()).toMatchObject({ status: "ok", age_ms: 0 });
  await service.close();
});

it("a look is asked for after a gap that one clock alone has seen, and not before", async () => {
  const service = await start();
  await service.ensureFresh(MINUTE);
  expect(looks).toBe(0);
  wall += MINUTE + 1;
  await service.ensureFresh(MINUTE);
  expect(looks).toBe(1);
  wall -= MINUTE;
  await service.ensureFresh(MINUTE);
  expect(looks).toBe(1);
  monotonic += MINUTE + 1;
  await service.ensureFresh(MINUTE);
  expect(looks).toBe(2);
  await service.close();
});
