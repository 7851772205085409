/** `--min-confidence`: from which confidence on an answer is given. */
import { ConfigError } from "../../base/errors.ts";
import { few } from "../../base/few.ts";
import { nearest } from "../../base/nearest.ts";
import type { ModelCard } from "../../train/model_card.ts";

/** The answer where the model is not sure enough. */
export const UNKNOWN = "unknown";

/** What was asked for, and what it means for each class. */
export interface MinConfidence {
  /** The thresholds of the model's file, or one number. */
  readonly asked: "auto" | number;
  /** [classes]: the least confidence, 0 .. 1; null if the class is never sure enough. */
  readonly of: readonly (number | null)[];
  /** What to know about it. */
  readonly notes: readonly string[];
}

/** Reads the flag's value. @throws ConfigError unless it is auto, or 0 .. 1 */
export function readMinConfidence(text: string): MinConfidence["asked"] {
  const number = text.trim() === "" ? NaN : Number(text);
  if (number >= 0 && number <= 1) return number;
  if (text === "auto") return "auto";
  const percent = /^([\d.]+)\s*%?$/.exec(text)?.[1];
  const isShare = percent !== undefined && Number(percent) <= 100;
  const cure = isShare
    ? `; ${text} as a share is ${Number(percent) / 100}`
    : nearest(text, ["auto"])
    ? "; did you mean auto?"
    : "";
  throw new ConfigError(
    `Cannot use --min-confidence ${text}: it must be auto, or a number from 0 to 1 such as 0.8${cure}`,
  );
}

/** The least confidence for each class of a model. @throws ConfigError for auto if its file has no thresholds */
export function minConfidenceOf(
  asked: MinConfidence["asked"],
  { classes, calibration }: ModelCard,
  path: string,
): MinConfidence {
  const ofName = classes.includes(UNKNOWN)
    ? [`the model has a class "${UNKNOWN}" of its own; JSON has the index of a class, and null for no answer`]
    : [];
  if (asked !== "auto") {
    const raw = calibration === undefined
      ? [`${path} has no temperature, so ${asked} is compared with confidences that nothing has calibrated`]
      : [];
    return { asked, of: classes.map(() => asked), notes: [...raw, ...ofName] };
  }
  if (calibration === undefined) {
    throw new ConfigError(
      `Cannot use --min-confidence auto: ${path} has no thresholds; train with callbacks.calibrate={}, or give a ` +
        "number such as --min-confidence 0.8",
    );
  }
  const of = calibration.classes.map(({ threshold }) => threshold);
  const never = classes.filter((_, i) => of[i] === null);
  const unseen = never.filter((name) => calibration.classes[classes.indexOf(name)].images === 0);
  const why = unseen.length === 0 ? "" : `; none of the images validated are of ${few(unseen)}`;
  const ofNever = never.length === 0 ? [] : [
    `${never.length} of ${classes.length} classes have no threshold and are never answered: ${
      few(never)
    }${why}`,
  ];
  return { asked, of, notes: [...ofNever, ...ofName] };
}
