/** Composes one tree from the files of a search path and the overrides of a command line. */

import { applyOverride, type KeyRules } from "./apply.ts";
import { Choices } from "./defaults/choices.ts";
import { defaultsList, type DefaultsResult } from "./defaults/list.ts";
import type { Faults } from "./faults.ts";
import { isHydraGroup } from "./hydra.ts";
import type { Override } from "./grammar/override.ts";
import type { SearchPath } from "./search_path.ts";
import { mapNode, merge, nest, type Node } from "./tree.ts";

/** A tree and its sources. */
export interface Composition {
  readonly root: Node;
  /** The files, in the order in which they were merged. */
  readonly files: readonly DefaultsResult[];
  /** The option of each group: `model` is "resnet18". */
  readonly options: ReadonlyMap<string, string | null>;
  /** Choices of Hydra's own groups, which have no meaning here. */
  readonly ignored: readonly string[];
}

/** Hydra's rule without a schema: a key exists if a file wrote it. */
export const writtenKeysOnly: KeyRules = {
  isKnown: () => false,
  defaultAt: () => undefined,
  hint: (path) => ` write +${path.join(".")}=VALUE to add it`,
};

/**
 * Merges the files of root `name` and applies the overrides. Faults are collected if the search for more can
 * continue.
 */
export function compose(
  search: SearchPath,
  name: string,
  overrides: readonly Override[],
  faults: Faults,
  rules: KeyRules = writtenKeysOnly,
): Composition {
  const isChoice = ({ key, value }: Override) => !(value instanceof Map) && search.isGroup(key);
  const choices = new Choices(faults);
  for (const override of overrides) {
    if (isChoice(override)) choices.add(override);
    else if (isHydraGroup(override.key)) choices.ignored.add(override.key);
  }
  const files = defaultsList(search, name, choices, faults);
  const merged = files.reduce<Node>((root, { file, package: home }) => {
    const values = nest(home === "" ? [] : home.split("."), file.values);
    return faults.attempt(() => merge(root, values)) ?? root;
  }, mapNode([], ""));
  const values = overrides.filter((override) => !isChoice(override) && !isHydraGroup(override.key));
  const root = values.reduce(
    (tree, override) => faults.attempt(() => applyOverride(tree, override, rules)) ?? tree,
    merged,
  );
  return { root, files, options: choices.options, ignored: [...choices.ignored] };
}
