import type { Policy, Request } from "portcullis";
import type { Call, Catalogue } from "./load.js";

/** What an agent is asked to do: honestly by its user, or by an attacker through what it reads. */
export interface Task {
  id: string;
  text: string;
  calls: Call[];
}

/** A call of ours that does harm and that the policies let through, and why they can't tell. */
export interface BlindSpot {
  goal: string;
  calls: Call[];
  why: string;
}

/** What the host knows when a call comes. Either kind of knowledge can be left out, to see what it is worth. */
export interface Knowledge {
  /** The words that the user typed. */
  words: boolean;
  /** What the account has done before: payees, correspondents. */
  history: boolean;
}

/** A policy, as far as the examples look into it. */
/** A suite: tools, policies, tasks, and how the host makes a request of a call. */
export interface Suite {
  name: string;
  catalogue: Catalogue;
  policies: Policy[];
  honest: Task[];
  attacks: Task[];
  blindSpots: BlindSpot[];
  /** The request for a call in a run that the user started with `prompt`. */
  request(call: Call, prompt: string, knowledge?: Knowledge): Request;
}

export const everything: Knowledge = { words: true, history: true };
