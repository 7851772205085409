/**
 * Translates configurations written for PyTorch: maps with a `_target_` become the corresponding plug-ins,
 * with the defaults of their classes, and keys without effect here are removed and reported once.
 */

import { mixers } from "../../data/mixing/mod.ts";
import { didYouMean, type Faults } from "../faults.ts";
import { isList, isMap, type MapNode, mapNode, type Node, nodeAt, toData, toNode } from "../tree.ts";
import { Outcome, translateOptions } from "./options.ts";
import { BATCH, Pipelines } from "./pipelines.ts";
import type { Place, Target } from "./target.ts";
import { accepted, findTarget, INSTANTIATE, knownTargets, TRAINER } from "./targets/mod.ts";

/** A translated tree, and what to say about it. */
export interface Translated {
  readonly root: Node;
  /** Keys that have no effect here. */
  readonly dropped: readonly string[];
  readonly notes: readonly string[];
}

/** Parts that are a single plug-in, whose name is one of its options. */
const SINGLE: readonly string[] = ["model", "loss", "optimizer", "scheduler", "trainer", "data"];

/** What stands for a part whose class is unknown, so that its options are no faults of their own. */
const PLACEHOLDERS: Readonly<Partial<Record<Place, Node>>> = {
  model: toNode({ name: "resnet18" }, ""),
  data: toNode({ name: "image_folder", data_root: "." }, ""),
};

/** True for a key that is accepted although our schema does not have it, and for the options of a `_target_`. */
export function isBridgeKey(path: readonly string[], above: readonly (Node | undefined)[]): boolean {
  const [place, key] = path;
  if (path.length === 2 && Object.hasOwn(accepted[place as Place]?.options ?? {}, key)) return true;
  return INSTANTIATE.includes(path.at(-1)!) ||
    above.some((node) => isMap(node) && node.value.has("_target_"));
}

/** Translates the full configuration of an application; `rootName` names the experiment of an original's root. */
export function translate(root: Node, rootName: string, faults: Faults): Translated {
  const outcome = new Outcome(faults);
  const isTheirs = isOriginals(root);
  const bridge = new Bridge(outcome, isTheirs);
  const parts = new Map(
    (isMap(root) ? [...root.value] : []).map(([key, node]) => [key, bridge.part(key, node)] as const),
  );
  addMoved(parts, outcome);
  applySwitches(parts, outcome, root.origin);
  const experiment = rootName.replace(/^train_/, "");
  if (isTheirs && !parts.has("experiment")) {
    parts.set("experiment", { value: experiment, origin: root.origin });
  }
  return { root: mapNode(parts, root.origin), dropped: [...outcome.dropped], notes: outcome.notes };
}

/** True for a configuration of the PyTorch original, whose trainer consists of Lightning's options. */
function isOriginals(root: Node): boolean {
  const target = nodeAt(root, ["model", "_target_"])?.value;
  return typeof target === "string" && target.startsWith("classifier_training.");
}

/** Adds options that belong to other parts; what a part has already wins, but for sizes of images. */
function addMoved(parts: Map<string, Node>, { moved, notes }: Outcome): void {
  for (const [place, options] of moved) {
    const there = parts.get(place);
    if (there !== undefined && !isMap(there)) continue;
    const own = new Map(there?.value);
    for (const [key, node] of options) {
      const before = own.get(key);
      if (place === "data" && before !== undefined && before.value !== node.value) {
        notes.push(`data.${key}=${before.value} gives way to transforms.${key}=${node.value}`);
      }
      if (place === "data" || before === undefined) own.set(key, node);
    }
    parts.set(place, mapNode(ownKind(place, own), there?.origin ?? ""));
  }
}

/** Without options of kinds that were not chosen: focal's gamma, and the warm-up of a replaced schedule. */
function ownKind(place: Place, options: Map<string, Node>): Map<string, Node> {
  const name = options.get("name")?.value;
  if (place === "loss" && name !== "focal") options.delete("gamma");
  if (place === "scheduler" && name !== undefined && name !== "warmup_cosine") {
    for (const key of ["warmup_epochs", "start_factor", "eta_min_factor"]) options.delete(key);
  }
  return options;
}

/** Takes out and adds the callbacks that the trainer turns off and on. */
function applySwitches(parts: Map<string, Node>, { switches }: Outcome, origin: string): void {
  const node = parts.get("callbacks");
  if (switches.size === 0 || node !== undefined && !isMap(node)) return;
  const callbacks = new Map(node?.value);
  for (const [name, { isOn, adds }] of switches) {
    if (!isOn) callbacks.set(name, { value: null, origin });
    else if (adds !== undefined && !callbacks.has(name)) callbacks.set(name, toNode(adds, origin));
  }
  parts.set("callbacks", mapNode(callbacks, node?.origin ?? origin));
}

class Bridge {
  readonly #pipelines: Pipelines;

  constructor(readonly outcome: Outcome, readonly isOriginals: boolean) {
    this.#pipelines = new Pipelines(outcome, (node, place, path) => this.#target(node, place, path));
  }

  part(key: string, node: Node): Node {
    if (key === "callbacks" || key === "logging") return this.#plugins(key, node);
    if (key === "transforms") return this.#pipelines.part(node);
    if (key === "log_level") return pythonLevel(node);
    return SINGLE.includes(key) && isMap(node) ? this.#single(key as Place, node) : node;
  }

  /** A part that is a single plug-in, such as the model. */
  #single(place: Place, node: MapNode): Node {
    const named = this.#target(node, place, place);
    if (named === undefined && node.value.has("_target_")) {
      return PLACEHOLDERS[place] ?? mapNode([], node.origin);
    }
    const target = named ??
      (place === "trainer" && this.isOriginals ? TRAINER : accepted[place]);
    if (target === undefined) return node;
    const options = translateOptions(node, target, place, this.outcome);
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
      const options = target && translateOptions(item as MapNode, target, path, this.outcome);
      if (target !== undefined && target.name === undefined) this.outcome.dropped.add(path);
      const name = target === undefined ? key : target.name;
      if (name === undefined) continue;
      if (plugins.has(name) && target !== undefined && plugins.get(name)!.value !== null) {
        this.outcome.faults.add(
          `Cannot use ${path} because ${place}.${name} is given already`,
          item.origin,
        );
      }
      plugins.set(name, options ?? item);
    }
    return mapNode(plugins, node.origin);
  }

  /** The equivalent of a node's `_target_`; an unknown one is a fault. */
  #target(node: MapNode, place: Place, path: string): Target | undefined {
    const named = node.value.get("_target_");
    if (named === undefined) return undefined;
    const target = typeof named.value === "string" ? findTarget(named.value, place) : undefined;
    if (target === undefined) {
      const known = knownTargets(place, isWanted(path));
      const near = didYouMean(String(named.value), known);
      this.outcome.faults.add(
        `Cannot use ${path}._target_=${
          JSON.stringify(toData(named))
        } because it is not known in ${place}:${near} ` +
          `Known: ${known.join(", ")}`,
        named.origin,
      );
    }
    return target;
  }
}

/** Of transforms, a batch has those that mix it, and an image the others. */
function isWanted(path: string): (target: Target) => boolean {
  const isMixed = path.startsWith(`${BATCH}.`);
  return ({ place, name }) => place !== "transforms" || Object.hasOwn(mixers, name ?? "") === isMixed;
}

/** Python's names of log levels: INFO, WARNING. */
function pythonLevel(node: Node): Node {
  if (typeof node.value !== "string" || !/^[A-Z]+$/.test(node.value)) return node;
  const level = node.value.toLowerCase();
  return { ...node, value: { warn: "warning", critical: "error", fatal: "error" }[level] ?? level };
}
