/**
 * Configurations that runs saved before 1 and 1.0 were told apart. Their limits of batches had no 1.0: a 1 meant all.
 */

import { Float } from "../base/float.ts";
import { changeAt, type MapNode, type Node, nodeAt } from "./tree.ts";

/** The format in which runs save their configuration: of older ones, hydra.yaml has no `hydra.runtime.version`. */
export const SAVED_FORMAT = "2";

/** Keys of which 1 meant 1.0. */
const LIMITS: readonly (readonly string[])[] = [
  "val_check_interval",
  "overfit_batches",
  "limit_train_batches",
  "limit_val_batches",
  "limit_test_batches",
].map((key) => ["trainer", key]);

/** The values of a saved configuration in today's format. */
export function fromBefore(values: MapNode): MapNode {
  return LIMITS.reduce<Node>((root, path) => {
    const node = nodeAt(root, path);
    return node?.value === 1 ? changeAt(root, path, () => ({ ...node, isFloat: true }), node.origin)! : root;
  }, values) as MapNode;
}

/** A configuration as JSON, from which {@link readSaved} makes the same again. */
export function saveJson(config: object): string {
  return JSON.stringify({ format: SAVED_FORMAT, ...config });
}

/** The configuration in JSON that a run saved, of whatever format. @throws SyntaxError if it is not JSON */
export function readSaved(text: string): unknown {
  const { format, ...config } = JSON.parse(text, keepFloats);
  if (format !== undefined) return config;
  for (const [, key] of LIMITS) {
    if (config.trainer?.[key] === 1) config.trainer[key] = new Float(1);
  }
  return config;
}

function keepFloats(_: string, value: unknown, { source }: { source?: string } = {}): unknown {
  return typeof value === "number" && source?.endsWith(".0") ? new Float(value) : value;
}
