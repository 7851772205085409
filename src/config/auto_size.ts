/**
 * `data.image_size=auto`: the side at which torchvision evaluated the model's weights. The size to which the shorter
 * side is resized before, evaluation's `resize: {ratio}`, and the filters are then theirs too, where a preset of ours
 * has a ratio.
 */

import { nearest } from "../base/nearest.ts";
import { modelNames, models } from "../nn/models/mod.ts";
import type { PretrainedWeights } from "../nn/models/plugin.ts";
import type { Faults } from "./faults.ts";
import type { Writer } from "./search_path.ts";
import { changeAt, type Data, isList, type Node, nodeAt, toNode } from "./tree.ts";

/** The value that means the weights' own size. */
export const AUTO = "auto";

const SIZE = ["data", "image_size"];

/** A tree with the size in place of `auto`, and one line about it. */
export function withImageSize(
  root: Node,
  writerOf: (origin: string) => Writer,
  faults: Faults,
): { root: Node; notes: readonly string[] } {
  const given = nodeAt(root, SIZE), name = nodeAt(root, ["model", "name"])?.value;
  if (given?.value !== AUTO || !isModel(name)) return { root, notes: [] };
  const { weights } = models[name];
  if (weights === undefined) {
    const others = modelNames.filter((other) => models[other].weights !== undefined);
    const near = nearest(name, others) ?? others[0];
    faults.add(
      `Cannot use data.image_size=${AUTO} because torchvision has no weights of ${name}: give a size, or a model ` +
        `such as ${near}`,
      given.origin,
    );
    return { root, notes: [] };
  }
  const sized = changeAt(root, SIZE, (node) => ({ ...node!, value: weights.crop }), given.origin)!;
  const presets = ratiosOf(root).filter(({ origin }) => writerOf(origin) === "project");
  const resized = presets.reduce(
    (tree, { path, origin }) => changeAt(tree, path, () => toNode(resizeOf(weights), origin), origin) ?? tree,
    sized,
  );
  return { root: resized, notes: [noteOf(name, weights, presets.length > 0)] };
}

function isModel(name: unknown): name is keyof typeof models {
  return typeof name === "string" && Object.hasOwn(models, name);
}

/** Where evaluation resizes to a ratio of the size. */
function ratiosOf(root: Node): { path: string[]; origin: string }[] {
  const steps = nodeAt(root, ["transforms", "eval"]);
  return (isList(steps) ? steps.value : []).flatMap((_, i) => {
    const path = ["transforms", "eval", String(i), "resize"];
    const ratio = nodeAt(root, [...path, "ratio"]);
    return ratio === undefined ? [] : [{ path, origin: ratio.origin }];
  });
}

/** The options of a resize as torchvision evaluated the weights; bilinear is the default. */
function resizeOf({ resize, interpolation }: PretrainedWeights): Data {
  return { size: resize, ...(interpolation === "bicubic" && { interpolation }) };
}

function noteOf(
  name: string,
  { crop, resize, interpolation }: PretrainedWeights,
  isResized: boolean,
): string {
  return [
    `data.${SIZE[1]}=${AUTO}: ${crop} px, at which torchvision evaluated the weights of ${name}`,
    ...(isResized
      ? [`evaluation resizes to ${resize}${interpolation === "bicubic" ? " by bicubic filters" : ""}`]
      : []),
  ].join("; ");
}
