/**
 * Applies value overrides to a composed tree by Hydra's rules: only `+` creates a key that does not exist.
 */

import { ConfigError } from "../base/errors.ts";
import { Sweep } from "./grammar/element.ts";
import { elementToNode, type Override, overrideOrigin } from "./grammar/override.ts";
import { changeAt, childAt, isList, isMap, merge, type Node, nodeAt, toData } from "./tree.ts";

/** Rules for keys that no file has written. */
export interface KeyRules {
  /** True if the key exists nevertheless, with a default. */
  isKnown(path: readonly string[], root: Node): boolean;
  /** The default of such a key, if it has one. */
  defaultAt(path: readonly string[], root: Node): Node | undefined;
  /**
   * The hint for `path` when its key at `depth` does not exist: ` did you mean ...?` and the existing keys.
   */
  hint(path: readonly string[], depth: number, root: Node): string;
}

/** Applies one override to `composed`. @throws ConfigError that names the override */
export function applyOverride(composed: Node, override: Override, rules: KeyRules): Node {
  const { kind, text, package: home, value } = override;
  if (value instanceof Sweep) throw sweepFault(override, value);
  if (home !== undefined || override.key.includes("/")) {
    throw new ConfigError(`Cannot use override ${text} because there is no group ${override.key}`);
  }
  const path = override.key.split(".");
  const node = elementToNode(value, overrideOrigin(text));
  const root = withDefaultsAbove(composed, path, rules);
  if (kind === "delete") return remove(root, path, override, node, rules);
  if (kind === "change") {
    // What the override itself chooses, such as a kind by its name, decides which keys it may have.
    const changed = isMap(node) ? put(root, path, node, text) : root;
    for (const leaf of leaves(root, path, node)) checkThere(root, leaf, override, rules, changed);
  }
  if (kind === "add") checkFree(root, path, override, node);
  return put(root, path, node, text);
}

/** `root` with defaults filled in above `path`, where an element or a key is to be changed. */
function withDefaultsAbove(root: Node, path: readonly string[], rules: KeyRules): Node {
  return path.reduce((tree, _, depth) => {
    const above = path.slice(0, depth);
    const value = nodeAt(tree, above) === undefined ? rules.defaultAt(above, tree) : undefined;
    return value === undefined ? tree : changeAt(tree, above, () => value, value.origin)!;
  }, root);
}

function put(root: Node, path: readonly string[], node: Node, text: string): Node {
  checkPositions(root, path, text);
  // A map is merged into a map; anything else is replaced.
  return changeAt(root, path, (there) => isMap(there) ? merge(there, node) : node, node.origin)!;
}

function remove(
  root: Node,
  path: readonly string[],
  { text, value, key }: Override,
  node: Node,
  rules: KeyRules,
): Node {
  const there = nodeAt(root, path) ?? rules.defaultAt(path, root);
  if (there === undefined) throw new ConfigError(`Cannot use override ${text} because there is no ${key}`);
  const isSame = JSON.stringify(toData(there)) === JSON.stringify(toData(node));
  if (value !== undefined && value !== null && !isSame) {
    const current = JSON.stringify(toData(there));
    throw new ConfigError(
      `Cannot use override ${text} because ${key} has another value: current is ${current}`,
    );
  }
  return changeAt(root, path, () => undefined, node.origin)!;
}

/** The paths that a value sets. If a map is merged into a map, these are the paths of its keys. */
function leaves(root: Node, path: readonly string[], node: Node): (readonly string[])[] {
  if (!isMap(node) || !isMap(nodeAt(root, path))) return [path];
  return [path, ...[...node.value].flatMap(([key, item]) => leaves(root, [...path, key], item))];
}

/** Requires that the key exists, in a file or by the rules for the tree that is `changed` by the override. */
function checkThere(
  root: Node,
  path: readonly string[],
  { text, key: own }: Override,
  rules: KeyRules,
  changed: Node,
): void {
  let node: Node | undefined = root;
  for (const [depth, key] of path.entries()) {
    const parent: Node | undefined = node;
    node = childAt(parent, key);
    if (node === undefined && isList(parent)) return; // checkPositions reports which positions exist
    if (node !== undefined || rules.isKnown(path.slice(0, depth + 1), changed)) continue;
    const name = path.slice(0, depth).join(".");
    const isLeaf = depth > 0 && parent !== undefined && !isMap(parent) && parent.value !== null;
    const full = path.join("."), missing = full === own ? "there is no such key" : `there is no key ${full}`;
    const cause = isLeaf ? `${name} has no keys: give ${name}=VALUE` : `${missing}:`;
    throw new ConfigError(
      `Cannot use override ${text} because ${cause}${isLeaf ? "" : rules.hint(path, depth, changed)}`,
    );
  }
}

/** Requires that the key has no value yet; keys or elements can be added to a map or list. */
function checkFree(root: Node, path: readonly string[], { text }: Override, node: Node): void {
  const there = nodeAt(root, path);
  if (there === undefined || there.value === null || isMap(node) || isList(node)) return;
  throw new ConfigError(
    `Cannot use override ${text} because that key exists: write ${text.slice(1)}`,
  );
}

function checkPositions(root: Node, path: readonly string[], text: string): void {
  path.forEach((key, depth) => {
    const list = nodeAt(root, path.slice(0, depth));
    if (!isList(list) || childAt(list, key) !== undefined) return;
    const last = list.value.length - 1;
    const range = last < 0 ? "no entries yet" : `positions 0 to ${last}`;
    const name = path.slice(0, depth).join(".");
    throw new ConfigError(
      `Cannot use override ${text} because list ${name} has ${range}: current position is ${key}`,
    );
  });
}

/** The error for several values where one is expected. */
function sweepFault({ text, key }: Override, { values }: Sweep): ConfigError {
  const isPlain = values.kind === "choice" && values.simple;
  const cure = isPlain
    ? `write ${key}=[${text.slice(text.indexOf("=") + 1)}] for a list, or add -m for a run with each value`
    : "add -m for a run with each value";
  return new ConfigError(`Cannot use override ${text} because it gives several values: ${cure}`);
}
