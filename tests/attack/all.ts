// All attacks on requests, in groups: one group for each value, one for each attack of another kind.
import { type Attack, attacksWith } from "./attack.js";
import { patchAttacks } from "./globals.js";
import { specialAttacks } from "./special.js";
import { type Struck, strike } from "./strike.js";
import { type Host, valuesOf } from "./values.js";
import { type Engine, victim } from "./victim.js";

export interface Outcome {
  readonly group: string;
  readonly problems: readonly string[];
  readonly struck: readonly Struck[];
}

/** By group: carries out its attacks on one engine, the same for all groups. */
export function groupsOf(Engine: Engine, host: Host): Map<string, () => Outcome> {
  const attacked = victim(Engine);
  const known = attacked.thoroughly();
  const groups = new Map<string, () => Outcome>();
  const add = (group: string, attacks: readonly Attack[]) =>
    groups.set(group, () => {
      const struck = attacks.map((attack) => strike(attacked, attack));
      const problems = struck.flatMap((one) => one.problems);
      if (attacked.thoroughly() !== known) problems.push(`${group}: afterwards, honest requests fare otherwise`);
      return { group, problems, struck };
    });
  for (const value of valuesOf(host)) add(value.name, attacksWith(value));
  for (const attack of specialAttacks(attacked, host)) add(attack.name, [attack]);
  for (const { name, run } of patchAttacks(attacked)) {
    groups.set(name, () => {
      const problems = run();
      if (attacked.thoroughly() !== known) problems.push(`${name}: afterwards, honest requests fare otherwise`);
      return { group: name, problems, struck: [] };
    });
  }
  return groups;
}
