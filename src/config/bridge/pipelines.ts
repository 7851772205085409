/** Translates `transforms`: lists of steps, a Compose, and the original's layout of three pipelines. */

import { isList, isMap, type MapNode, mapNode, type Node, toData, toNode } from "../tree.ts";
import { type Outcome, translateOptions } from "./options.ts";
import type { Target } from "./target.ts";

/** The equivalent of a map's `_target_`; an unknown one is a fault. */
export type TargetOf = (node: MapNode, place: "transforms", path: string) => Target | undefined;

/** The original's names of the pipelines. */
const PIPELINES = { train: "train_transforms", eval: "val_transforms", test: "test_transforms" } as const;
/** The path of the ways to mix a batch. */
export const BATCH = "transforms.batch";
/** The original's evaluation resizes to this for images of 224 pixels. */
const ORIGINAL_RESIZE = 256, ORIGINAL_SIDE = 224;

/** Translates the pipelines of a configuration. */
export class Pipelines {
  constructor(readonly outcome: Outcome, readonly targetOf: TargetOf) {}

  /** The part `transforms` with the pipelines `train` and `eval`. */
  part(node: Node): Node {
    if (!isMap(node)) return node;
    const isOriginal = Object.values(PIPELINES).some((name) => node.value.has(name));
    const side = isOriginal ? node.value.get("image_size") : undefined;
    if (side) this.outcome.move(["data", "image_size"], side);
    const parts = [...node.value].filter(([key]) => !(isOriginal && key === "image_size"))
      .map(([key, list]) => [key, this.#list(list, `transforms.${key}`)] as const);
    const pipelines = new Map(parts);
    if (isOriginal) this.#rename(pipelines, side);
    return mapNode(pipelines, node.origin);
  }

  #rename(pipelines: Map<string, Node>, side: Node | undefined): void {
    const valid = pipelines.get(PIPELINES.eval), test = pipelines.get(PIPELINES.test);
    if (valid && test && JSON.stringify(toData(valid)) !== JSON.stringify(toData(test))) {
      this.outcome.faults.add(
        "Cannot use transforms.test_transforms because it differs from transforms.val_transforms: " +
          "validation and test prepare images alike",
        test.origin,
      );
    }
    for (const [ours, theirs] of Object.entries(PIPELINES)) {
      const pipeline = pipelines.get(theirs);
      pipelines.delete(theirs);
      if (pipeline && ours !== "test") pipelines.set(ours, pipeline);
    }
    const evaluation = valid ?? test;
    if (evaluation) pipelines.set("eval", this.#followSize(evaluation, side));
  }

  /** The original resizes to 256 whatever the image size, which cuts off most of a smaller image. */
  #followSize(pipeline: Node, side: Node | undefined): Node {
    if (!isList(pipeline) || side === undefined || side.value === ORIGINAL_SIDE) return pipeline;
    const steps = pipeline.value.map((step) => {
      const resize = isMap(step) ? step.value.get("resize") : undefined;
      if (!isMap(resize) || resize.value.get("size")?.value !== ORIGINAL_RESIZE) return step;
      this.outcome.notes.push(
        `transforms.val_transforms resizes to ${ORIGINAL_RESIZE} for ${ORIGINAL_SIDE} px: ` +
          `in the same ratio to transforms.image_size=${side.value}`,
      );
      const ratio = toNode(ORIGINAL_RESIZE / ORIGINAL_SIDE, resize.origin);
      const options = new Map(resize.value).set("ratio", ratio);
      options.delete("size");
      return mapNode([["resize", mapNode(options, resize.origin)]], step.origin);
    });
    return { ...pipeline, value: steps };
  }

  /** A pipeline. A Compose must normalise: without a Normalize its images would be on another scale than here. */
  #list(node: Node, path: string): Node {
    const value = this.#steps(node, path);
    const isNormalised = Array.isArray(value) &&
      value.some((step: Node) => step.value === "normalize" || isMap(step) && step.value.has("normalize"));
    if (composed(node) && !isNormalised) {
      this.outcome.faults.add(
        `Cannot use ${path} because it has no Normalize: add one with ImageNet's values`,
        node.origin,
      );
    }
    return { ...node, value };
  }

  /** The steps of a list or a Compose; nested lists are flattened. */
  #steps(node: Node, path: string): Node["value"] {
    const inner = composed(node);
    if (inner !== undefined) return this.#steps(inner, path);
    // A single way to mix a batch is a list of one.
    if (isMap(node) && path === BATCH) return this.#steps({ ...node, value: [node] }, path);
    if (!isList(node)) return node.value;
    return node.value.flatMap((step, i) => {
      const place = `${path}.${i}`;
      return composed(step) ? this.#steps(step, place) as readonly Node[] : this.#step(step, place);
    });
  }

  #step(step: Node, path: string): Node[] {
    if (!isMap(step)) return [step];
    if (!step.value.has("_target_")) return [this.#native(step, path)];
    const target = this.targetOf(step, "transforms", path);
    if (target === undefined) return [];
    const options = translateOptions(step, target, path, this.outcome);
    // A conversion between kinds of images has nothing to do here.
    return target.name === undefined
      ? []
      : [mapNode([[target.name, this.#inner(options, path)]], step.origin)];
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
}

/** The list inside a Compose. */
function composed(node: Node): Node | undefined {
  if (!isMap(node)) return undefined;
  const target = node.value.get("_target_")?.value;
  const isCompose = typeof target === "string" && /^torchvision\.transforms\.(?:v2\.)?Compose$/.test(target);
  return isCompose ? node.value.get("transforms") : undefined;
}
