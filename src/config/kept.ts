/**
 * Values that follow from the environment, such as keys and passwords. A run uses them, but wherever its
 * configuration is kept or sent, the expressions stand in their places: a repetition reads the environment anew.
 */

import { Faults } from "./faults.ts";
import { Expressions } from "./interpolation/expressions.ts";
import { Resolver } from "./interpolation/resolve.ts";
import type { Surroundings } from "./interpolation/resolvers.ts";
import { changeAt, type Data, isList, isMap, type Node, nodeAt, toData, toNode } from "./tree.ts";

/** The key under which a configuration carries its expressions. Copies made by spreading have it too. */
export const KEPT: unique symbol = Symbol("expressions of the environment");

/** A key whose value follows from the environment. */
interface Kept {
  readonly path: readonly string[];
  readonly expression: string;
}

/** A configuration, and the expressions of those of its values that follow from the environment. */
export interface Keeping {
  readonly [KEPT]?: readonly Kept[];
}

/** Resolves a tree; `expressions` gives markers for values of the environment. */
export type ResolveTree = (world: Surroundings, faults: Faults, expressions?: Expressions) => Node;

/** Resolves a tree. Its nodes know the expressions by which they follow from the environment. */
export function resolveKeeping(resolve: ResolveTree, world: Surroundings, faults: Faults): Node {
  let isAsked = false;
  const env = (name: string) => {
    isAsked = true;
    return world.env(name);
  };
  const resolved = resolve({ ...world, env }, faults);
  if (!isAsked) return resolved;
  const expressions = new Expressions();
  return withExpressions(resolved, resolve(world, new Faults(), expressions), expressions);
}

function withExpressions(real: Node, marked: Node, expressions: Expressions): Node {
  if (isMap(real) && isMap(marked)) {
    const entries = [...real.value].map(([key, node]) => {
      const twin = marked.value.get(key);
      return [key, twin ? withExpressions(node, twin, expressions) : node] as const;
    });
    return { ...real, value: new Map(entries) };
  }
  if (isList(real) && isList(marked) && real.value.length === marked.value.length) {
    const items = real.value.map((node, i) => withExpressions(node, marked.value[i], expressions));
    return { ...real, value: items };
  }
  const text = marked.value;
  if (typeof text !== "string" || text === real.value) return real;
  // What could not be resolved with markers is kept as it was written.
  return { ...real, kept: expressions.isIn(text) ? expressions.expand(text) : text };
}

/** `config`, made of `tree`, together with the expressions in it. */
export function keeping<Config extends object>(config: Config, tree: Node): Config & Keeping {
  const kept = keptIn(tree);
  return kept.length === 0 ? config : { ...config, [KEPT]: kept };
}

function keptIn(node: Node, path: readonly string[] = []): Kept[] {
  if (node.kept !== undefined) return [{ path, expression: node.kept }];
  if (isList(node)) return node.value.flatMap((item, i) => keptIn(item, [...path, String(i)]));
  return isMap(node) ? [...node.value].flatMap(([key, item]) => keptIn(item, [...path, key])) : [];
}

/** A configuration as it is kept: a tree with expressions in place of the environment's values. */
export function keptNode(config: Keeping): Node {
  const isThere = ({ path }: Kept) => nodeAt(toNode(config, ""), path) !== undefined;
  return (config[KEPT] ?? []).filter(isThere).reduce<Node>(
    (root, { path, expression }) =>
      changeAt(root, path, () => ({ value: expression, origin: "", kept: expression }), "")!,
    toNode(config, ""),
  );
}

/** A configuration as it is kept and sent, as plain data. */
export function keptForm<Config extends Keeping>(config: Config): Config {
  return config[KEPT] === undefined ? config : toData(keptNode(config), () => true) as unknown as Config;
}

/** Values from a kept configuration, with expressions resolved. @throws ConfigError that names a missing variable */
export function resolveKept(values: object, world: Surroundings): Data {
  return toData(new Resolver(toNode(values, ""), world).select([])!);
}
