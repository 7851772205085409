/** What is assumed about a model whose file does not say it. */
import type { Pipeline } from "../../data/transforms/pipeline.ts";
import type { ModelCard, ModelInput } from "../../train/model_card.ts";

/** What is taken for what a file does not say. */
export interface Taken {
  readonly imageSize: number;
  /** As {@link preparation} says it. */
  readonly preparation: string;
}

/** A line that names what is in `missing` and what is taken instead, or none. */
export function assumptions(path: string, missing: readonly string[], taken: Taken): string[] {
  const words: Readonly<Record<string, string>> = {
    "image size": `${taken.imageSize} px`,
    preprocessing: taken.preparation,
    "class names": "classes named by their numbers",
  };
  const said = missing.filter((what) => Object.hasOwn(words, what));
  if (said.length === 0) return [];
  return [`${path} does not say its ${and(said)}; assumed: ${said.map((what) => words[what]).join("; ")}`];
}

/** What happens to an image before it enters a model, in words; `size` if its size is not that of the pipeline. */
export function preparation(
  { input }: ModelCard,
  { preprocessing: { resize, crop, interpolation }, normalization: { mean, std } }: Pipeline,
  size?: string,
): string {
  const sizes = [
    ...(typeof resize === "number" ? [`shorter side to ${resize} px`] : []),
    ...(typeof resize === "object" && resize !== null ? [`stretched to ${resize.join(" x ")} px`] : []),
    ...(resize !== null && interpolation === "bicubic" ? ["by bicubic filters"] : []),
    ...(crop === null ? [] : [`central crop of ${crop} px`]),
  ];
  const values: Readonly<Record<ModelInput, string>> = {
    pixels: "values from 0 to 255",
    unit: "values from 0 to 1",
    normalized: `values from 0 to 1, normalised by mean ${mean.join(", ")} and std ${std.join(", ")}`,
  };
  return [...(size === undefined ? sizes : [size]), values[input]].join(", ");
}

function and(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
