/** Keys that hold a path: their values are taken as they stand, and `~/` is the home folder. */

import { isPathSchema } from "../base/path_schema.ts";
import { hydraSchema } from "./hydra.ts";
import { configSchema } from "./schema/mod.ts";
import { bare, schemaAt } from "./schema_walk.ts";
import { changeAt, isMap, type Node } from "./tree.ts";

const wholeSchema = configSchema.extend({ hydra: hydraSchema });

/** True for a dotted key whose value is a path. */
export function isPathKey(key: string): boolean {
  const schema = schemaAt(wholeSchema, key.split("."));
  return schema !== undefined && isPathSchema(bare(schema));
}

/** A tree in which paths that begin with `~/` begin with the home folder. */
export function withHome(root: Node, home: string | undefined): Node {
  if (home === undefined) return root;
  const visit = (tree: Node, node: Node, path: readonly string[]): Node => {
    if (isMap(node)) {
      return [...node.value].reduce((all, [key, item]) => visit(all, item, [...path, key]), tree);
    }
    const { value } = node;
    if (typeof value !== "string" || !/^~(\/|$)/.test(value) || !isPathKey(path.join("."))) return tree;
    return changeAt(tree, path, () => ({ ...node, value: home + value.slice(1) }), node.origin) ?? tree;
  };
  return visit(root, root, []);
}
