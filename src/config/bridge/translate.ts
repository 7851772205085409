/**
 * Translates configurations written for PyTorch: maps with a `_target_` become the corresponding plug-ins,
 * and keys without meaning here are removed and reported once.
 */

import { IMAGENET } from "../../data/types.ts";
import { didYouMean, type Faults } from "../faults.ts";
import { type Data, isList, isMap, type MapNode, mapNode, type Node, toData, toNode } from "../tree.ts";
import { findTarget, INSTANTIATE, knownTargets, meaningless, type Place, type Target } from "./targets.ts";

/** A translated tree, and the keys that were removed from it. */
export interface Translated {
  readonly root: Node;
  /** Keys that have no meaning here. */
  readonly dropped: readonly string[];
}

/** True for a key that is accepted although it has no meaning here, and for the options of a `_target_`. */
export function isBridgeKey(path: readonly string[], above: readonly (Node | undefined)[]): boolean {
  const [place, key] = path;
  if (path.length === 2 && Object.hasOwn(meaningless, place) && meaningless[place].includes(key)) return true;
  return INSTANTIATE.includes(path.at(-1)!) ||
    above.some((node) => isMap(node) && node.value.has("_target_"));
}

/** Translates the full configuration of an application. */
export function translate(root: Node, faults: Faults): Translated {
  const bridge = new Bridge(faults);
  const parts = (isMap(root) ? [...root.value] : []).map(([key, node]) =>
    [key, bridge.part(key, node)] as const
  );
  return { root: mapNode(parts, root.origin), dropped: [...bridge.dropped] };
}

class Bridge {
  readonly dropped = new Set<string>();

  constructor(readonly faults: Faults) {}

  part(key: string, node: Node): Node {
    if (key === "callbacks" || key === "logging") return this.#plugins(key, node);
    if (key === "transforms") return this.#pipelines(node);
    const single = ["model", "loss", "optimizer", "scheduler", "trainer", "data"].find((place) =>
      place === key
    );
    return single === undefined || !isMap(node) ? node : this.#single(single as Place, node);
  }

  /** A part that is a single plug-in, such as the model: its name is one of its options. */
  #single(place: Place, node: MapNode): Node {
    const kept = this.#without(node, meaningless[place] ?? [], place);
    const target = this.#target(kept, place, place);
    if (target === undefined) return kept;
    const options = this.#options(kept, target, place);
    const name: [string, Node][] = target.name === undefined
      ? []
      : [["name", toNode(target.name, node.origin)]];
    return mapNode([...options.value, ...name], node.origin);
  }

  /** Callbacks or loggers: a single one, a list, or a map with arbitrary names. */
  #plugins(place: "callbacks" | "logging", node: Node): Node {
    const entries: (readonly [string, Node])[] = isList(node)
      ? node.value.map((item, i) => [String(i), item])
      : isMap(node) && node.value.has("_target_")
      ? [[place, node]]
      : isMap(node)
      ? [...node.value]
      : [];
    if (entries.length === 0) return node.value === null ? mapNode([], node.origin) : node;
    const plugins = new Map<string, Node>();
    for (const [key, item] of entries) {
      const path = `${place}.${key}`;
      const target = isMap(item) ? this.#target(item, place, path) : undefined;
      if (isMap(item) && item.value.has("_target_") && target === undefined) continue;
      if (target !== undefined && target.name === undefined) this.dropped.add(path);
      const name = target === undefined ? key : target.name;
      if (name === undefined) continue;
      if (plugins.has(name) && target !== undefined && plugins.get(name)!.value !== null) {
        this.faults.add(`Cannot use ${path} because ${place}.${name} is given already`, item.origin);
      }
      plugins.set(name, target === undefined ? item : this.#options(item as MapNode, target, path));
    }
    return mapNode(plugins, node.origin);
  }

  #pipelines(node: Node): Node {
    if (!isMap(node)) return node;
    const lists = [...node.value].map(([purpose, list]) => {
      return [purpose, { ...list, value: this.#steps(list, `transforms.${purpose}`) }] as const;
    });
    return mapNode(lists, node.origin);
  }

  /** The steps of a list or a Compose; nested lists are flattened. */
  #steps(node: Node, path: string): Node["value"] {
    const inner = composed(node);
    if (inner !== undefined) return this.#steps(inner, path);
    if (!isList(node)) return node.value;
    return node.value.flatMap((step, i) => {
      const place = `${path}.${i}`;
      const nested = composed(step);
      if (nested !== undefined) return this.#steps(nested, place) as readonly Node[];
      return this.#step(step, place);
    });
  }

  #step(step: Node, path: string): Node[] {
    if (!isMap(step)) return [step];
    if (!step.value.has("_target_")) return [this.#native(step, path)];
    const target = this.#target(step, "transforms", path);
    if (target === undefined) return [];
    if (target.name === undefined) {
      this.dropped.add(`${path} (${toData(step.value.get("_target_")!)})`);
      return [];
    }
    const options = this.#options(step, target, path);
    const bare = target.name === "normalize" ? this.#normalize(options, path) : this.#inner(options, path);
    return [mapNode([[target.name, bare]], step.origin)];
  }

  /** A step that is already in our format, whose inner list may contain targets. */
  #native(step: MapNode, path: string): Node {
    const entries = [...step.value].map(([name, options]) => {
      return [name, isMap(options) ? this.#inner(options, path) : options] as const;
    });
    return mapNode(entries, step.origin);
  }

  #inner(options: MapNode, path: string): MapNode {
    const list = options.value.get("transforms");
    if (list === undefined) return options;
    return mapNode(
      [...options.value, ["transforms", { ...list, value: this.#steps(list, path) }]],
      options.origin,
    );
  }

  /** Mean and standard deviation must be ImageNet's; other values would contradict data.normalization. */
  #normalize(options: MapNode, path: string): MapNode {
    for (const key of ["mean", "std"] as const) {
      const node = options.value.get(key);
      if (node === undefined || JSON.stringify(toData(node)) === JSON.stringify(IMAGENET[key])) continue;
      this.faults.add(
        `Cannot use ${path}.${key}=${
          JSON.stringify(toData(node))
        } because data.normalization chooses the values: ` +
          `leave it out, or give ImageNet's ${JSON.stringify(IMAGENET[key])}`,
        node.origin,
      );
    }
    return mapNode([], options.origin);
  }

  /** The equivalent of a node's `_target_`; an unknown one is a fault. */
  #target(node: MapNode, place: Place, path: string): Target | undefined {
    const named = node.value.get("_target_");
    if (named === undefined) return undefined;
    const target = typeof named.value === "string" ? findTarget(named.value, place) : undefined;
    if (target === undefined) {
      const known = knownTargets(place);
      const near = didYouMean(String(named.value), known);
      this.faults.add(
        `Cannot use ${path}._target_=${
          JSON.stringify(toData(named))
        } because it is not known in ${place}:${near} ` +
          `Known: ${known.join(", ")}`,
        named.origin,
      );
    }
    return target;
  }

  /** A target's options under our names, without those that have no meaning. */
  #options(node: MapNode, { renames, ignores, adds }: Target, path: string): MapNode {
    const kept = this.#without(node, ignores, path);
    const entries = [...kept.value].filter(([key]) => !INSTANTIATE.includes(key))
      .map(([key, item]) => [Object.hasOwn(renames, key) ? renames[key] : key, square(key, item)] as const);
    const added = Object.entries(adds).filter(([key]) => !kept.value.has(key))
      .map(([key, value]) => [key, toNode(value as Data, node.origin)] as const);
    return mapNode([...entries, ...added], node.origin);
  }

  #without(node: MapNode, keys: readonly string[], path: string): MapNode {
    const entries = [...node.value].filter(([key]) => {
      if (keys.includes(key)) this.dropped.add(`${path}.${key}`);
      return !keys.includes(key);
    });
    return mapNode(entries, node.origin);
  }
}

/** The list inside a Compose. */
function composed(node: Node): Node | undefined {
  if (!isMap(node)) return undefined;
  const target = node.value.get("_target_")?.value;
  const isCompose = typeof target === "string" && /^torchvision\.transforms\.(?:v2\.)?Compose$/.test(target);
  return isCompose ? node.value.get("transforms") : undefined;
}

/** Converts `size: [224, 224]` to the side length 224. */
function square(key: string, node: Node): Node {
  if (key !== "size" || !isList(node) || node.value.length === 0) return node;
  const [first] = node.value;
  return node.value.every(({ value }) => value === first.value) ? { ...first, origin: node.origin } : node;
}
