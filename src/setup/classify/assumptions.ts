/** What is assumed about a model whose file does not say it. */
import type { Pipeline } from "../../data/transforms/pipeline.ts";
import { cardPipeline, type ModelCard } from "../../train/model_card.ts";

/**
 * A line that names what `missing` lists and what is taken instead, or none; all else is in the file.
 * @throws DataError if the card's preprocessing cannot be used
 */
export function assumptions(path: string, card: ModelCard, missing: readonly string[]): string[] {
  const taken: Readonly<Record<string, () => string>> = {
    "image size": () => `${card.imageSize} px`,
    preprocessing: () => preparation(card, cardPipeline(card, path)),
    "class names": () => "classes named by their numbers",
  };
  const said = missing.filter((what) => Object.hasOwn(taken, what));
  if (said.length === 0) return [];
  return [`${path} does not say its ${and(said)}; assumed: ${said.map((what) => taken[what]()).join("; ")}`];
}

/** What happens to an image before it enters the model. */
function preparation({ input }: ModelCard, { preprocessing, normalization }: Pipeline): string {
  if (input === "pixels") return "images as they are";
  const { resize, crop } = preprocessing, { mean, std } = normalization;
  return [
    ...(typeof resize === "number" ? [`shorter side to ${resize} px`] : []),
    ...(typeof resize === "object" && resize !== null ? [`stretched to ${resize.join(" x ")} px`] : []),
    ...(crop === null ? [] : [`central crop of ${crop} px`]),
    input === "unit"
      ? "values from 0 to 1"
      : `values from 0 to 1, normalised by mean ${mean.join(", ")} and std ${std.join(", ")}`,
  ].join(", ");
}

function and(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
