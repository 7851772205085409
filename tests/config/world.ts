import type { ConfigWorld } from "../../src/config/mod.ts";
import { memoryFiles } from "./files.ts";

/** A world without an environment, in which it is always the same moment. */
export const quietWorld: ConfigWorld = {
  cwd: "/here",
  now: new Date(2026, 4, 31, 14, 3, 59),
  env: () => undefined,
  openConfigFolder: (path) => memoryFiles({}, path),
};
