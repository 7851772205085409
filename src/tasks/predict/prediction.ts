/** Predictions and their formats: table, JSON or CSV. */
import { csvLine } from "../../base/csv.ts";
import { textTable } from "../../base/text_table.ts";
import { softmax } from "../../metrics/softmax.ts";
import type { Unreadable } from "../../data/decode/scan.ts";
import type { ModelCard } from "../../train/model_card.ts";
import { type MinConfidence, UNKNOWN } from "./min_confidence.ts";

/** A class with the model's confidence in it. */
export interface Guess {
  readonly label: string;
  readonly index: number;
  /** Softmax at the model's temperature, 0 .. 1. */
  readonly confidence: number;
}

/** The most likely classes of an image, best first. */
export interface Prediction {
  readonly file: string;
  readonly guesses: readonly Guess[];
  /** True if the best one is less sure than an answer must be. */
  readonly isUnknown: boolean;
}

/** All results of a call. */
export interface Predictions {
  readonly model: string;
  readonly runtime: string;
  readonly card: ModelCard;
  /** From which confidence on an answer is given; absent if it is whatever the confidence. */
  readonly minConfidence?: MinConfidence | undefined;
  readonly predictions: readonly Prediction[];
  readonly unreadable: readonly Unreadable[];
}

/** How a row of logits is read. */
export interface GuessOptions {
  /** Of the model's calibration; 1 if it has none. */
  readonly temperature: number;
  /** How many classes. */
  readonly count: number;
}

/** The most likely classes of a row of logits; on a tie the lower index first. */
export function guesses(
  logits: Float32Array,
  labels: readonly string[],
  { temperature, count }: GuessOptions,
): Guess[] {
  const confidences = softmax(logits, labels.length, temperature);
  const order = [...labels.keys()].sort((a, b) => logits[b] - logits[a] || a - b);
  return order.slice(0, count).map((index) => ({
    label: labels[index],
    index,
    confidence: confidences[index],
  }));
}

/** One JSON object: what ran, all its classes, and a prediction for each image. */
export function asJson(
  { model, runtime, card, minConfidence, predictions, unreadable }: Predictions,
): string {
  const rounded = (guess: Guess) => ({ ...guess, confidence: Number(guess.confidence.toFixed(6)) });
  return JSON.stringify(
    {
      model,
      runtime,
      classes: card.classes,
      image_size: card.imageSize,
      transforms: card.steps,
      temperature: card.calibration?.bound === null ? card.calibration.temperature : null,
      ...(minConfidence && { min_confidence: minConfidence.asked }),
      predictions: predictions.map(({ file, guesses, isUnknown }) => ({
        file,
        ...rounded(guesses[0]),
        ...(isUnknown && { label: UNKNOWN, index: null }),
        top: guesses.map(rounded),
      })),
      unreadable: unreadable.map(({ path, reason }) => ({ file: path, reason })),
    },
    null,
    2,
  );
}

/**
 * Lines of comma-separated values (RFC 4180): a row for each image, unreadable ones last with their reason. Where an
 * answer may be unknown, a column before the last has what it would have been.
 */
export function asCsv({ minConfidence, predictions, unreadable }: Predictions, topK: number): string[] {
  const ranks = Array.from({ length: topK }, (_, i) => i === 0 ? "" : `_${i + 1}`);
  const guessed = <T>(value: T) => minConfidence === undefined ? [] : [value];
  const header = [
    "file",
    ...ranks.flatMap((rank) => [`label${rank}`, `confidence${rank}`]),
    ...guessed("guess"),
    "error",
  ];
  const read = predictions.map(({ file, guesses, isUnknown }) => [
    file,
    ...guesses.flatMap(({ label, confidence }, i) => [
      isUnknown && i === 0 ? UNKNOWN : label,
      confidence.toFixed(6),
    ]),
    ...guessed(guesses[0].label),
    "",
  ]);
  const failed = unreadable.map(({ path, reason }) => [
    path,
    ...ranks.flatMap(() => ["", ""]),
    ...guessed(""),
    reason,
  ]);
  return [header, ...read, ...failed].map(csvLine);
}

/** A table for people: a row for each picture. */
export function asTable({ predictions }: Predictions): string[] {
  const rows = predictions.map(({ file, guesses, isUnknown }) => [
    file,
    ...guesses.map(({ label, confidence }, i) => {
      const guess = `${label} ${(100 * confidence).toFixed(1)} %`;
      return isUnknown && i === 0 ? `${UNKNOWN} (${guess})` : guess;
    }),
  ]);
  return textTable(rows, "all");
}
