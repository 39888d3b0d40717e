"use client";

import { report } from "../deciding.js";
import { useEngine } from "./use-engine.js";

export function Client() {
  const engine = useEngine();
  return engine && <pre id="client">{report(engine)}</pre>;
}
