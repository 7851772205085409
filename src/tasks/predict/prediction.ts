/** Predictions and their formats: table, JSON or CSV. */
import { csvLine } from "../../base/csv.ts";
import { textTable } from "../../base/text_table.ts";
import { softmax } from "../../metrics/softmax.ts";
import type { Unreadable } from "../../data/decode/scan.ts";
import type { ModelCard } from "../../train/model_card.ts";

/** A class with the model's confidence in it. */
export interface Guess {
  readonly label: string;
  readonly index: number;
  /** Softmax, 0 .. 1. */
  readonly confidence: number;
}

/** The most likely classes of an image, best first. */
export interface Prediction {
  readonly file: string;
  readonly guesses: readonly Guess[];
}

/** All results of a call. */
export interface Predictions {
  readonly model: string;
  readonly runtime: string;
  readonly card: ModelCard;
  readonly predictions: readonly Prediction[];
  readonly unreadable: readonly Unreadable[];
}

/** The `count` most likely classes of a row of logits; on a tie the lower index first. */
export function guesses(logits: Float32Array, labels: readonly string[], count: number): Guess[] {
  const confidences = softmax(logits, labels.length);
  const order = [...labels.keys()].sort((a, b) => logits[b] - logits[a] || a - b);
  return order.slice(0, count).map((index) => ({
    label: labels[index],
    index,
    confidence: confidences[index],
  }));
}

/** One JSON object: what ran, all its classes, and a prediction for each image. */
export function asJson({ model, runtime, card, predictions, unreadable }: Predictions): string {
  const rounded = (guess: Guess) => ({ ...guess, confidence: Number(guess.confidence.toFixed(6)) });
  return JSON.stringify(
    {
      model,
      runtime,
      classes: card.classes,
      image_size: card.imageSize,
      transforms: card.steps,
      predictions: predictions.map(({ file, guesses }) => ({
        file,
        ...rounded(guesses[0]),
        top: guesses.map(rounded),
      })),
      unreadable: unreadable.map(({ path, reason }) => ({ file: path, reason })),
    },
    null,
    2,
  );
}

/** Lines of comma-separated values (RFC 4180): a row for each image, unreadable ones last with their reason. */
export function asCsv({ predictions, unreadable }: Predictions, topK: number): string[] {
  const ranks = Array.from({ length: topK }, (_, i) => i === 0 ? "" : `_${i + 1}`);
  const header = ["file", ...ranks.flatMap((rank) => [`label${rank}`, `confidence${rank}`]), "error"];
  const read = predictions.map(({ file, guesses }) => [
    file,
    ...guesses.flatMap(({ label, confidence }) => [label, confidence.toFixed(6)]),
    "",
  ]);
  const failed = unreadable.map(({ path, reason }) => [path, ...ranks.flatMap(() => ["", ""]), reason]);
  return [header, ...read, ...failed].map(csvLine);
}

/** A table for people: a row for each picture. */
export function asTable({ predictions }: Predictions): string[] {
  const rows = predictions.map(({ file, guesses }) => [
    file,
    ...guesses.map(({ label, confidence }) => `${label} ${(100 * confidence).toFixed(1)} %`),
  ]);
  return textTable(rows, "all");
}
