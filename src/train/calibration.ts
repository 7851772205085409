/**
 * What a validation says of a model's confidences: the temperature that makes them true, and for each class the
 * confidence from which it is precise enough. A checkpoint and its ONNX file have it in their card; logits stay as they are.
 */
import * as z from "zod";
import { few } from "../base/few.ts";
import { calibrationError } from "../metrics/calibration.ts";
import { type ClassThreshold, classThresholds } from "../metrics/class_thresholds.ts";
import { nll } from "../metrics/nll.ts";
import { fitTemperature, TEMPERATURES } from "../metrics/temperature.ts";

const share = z.number().min(0).max(1);
const shareOrNone = share.nullable();

const both = z.object({ before: z.number(), after: z.number() });

/** A measure before temperature scaling, and after it. */
export interface BeforeAndAfter {
  readonly before: number;
  readonly after: number;
}

/** The threshold of a class. */
export interface LabelThreshold extends ClassThreshold {
  readonly label: string;
}

/** What a validation says of the confidences of the weights that it was of. */
export interface Calibration {
  /** The images that it is of. */
  readonly split: "valid";
  readonly images: number;
  /** The weights that it is of: the epoch, from 0, and the optimiser's steps. */
  readonly epoch: number;
  readonly step: number;
  /** Confidences are softmax(logits / temperature); 1 if none could be fitted. */
  readonly temperature: number;
  /** Its standard error; null if none could be fitted. */
  readonly temperature_error: number | null;
  /** Where the fit ran to if none could be fitted: towards 0 or without end; null if it was. */
  readonly bound: "low" | "high" | null;
  /** Expected calibration error, 15 bins, 0 .. 1. */
  readonly ece: BeforeAndAfter;
  /** Mean of -log p(label). */
  readonly nll: BeforeAndAfter;
  /** What a class's answers must reach from its threshold on. */
  readonly min_precision: number;
  /** In the order of the logits; null where no confidence is enough. */
  readonly classes: readonly LabelThreshold[];
}

/** The form of a {@link Calibration} in files. */
export const calibrationSchema: z.ZodType<Calibration> = z.object({
  split: z.enum(["valid"]),
  images: z.int().min(1),
  epoch: z.int().min(0),
  step: z.int().min(0),
  temperature: z.number().positive(),
  temperature_error: z.number().nullable(),
  bound: z.enum(["low", "high"]).nullable(),
  ece: both,
  nll: both,
  min_precision: share,
  classes: z.array(z.object({
    label: z.string(),
    threshold: shareOrNone,
    precision: shareOrNone,
    recall: shareOrNone,
    answers: z.int().min(1).nullable(),
    images: z.int().min(0),
  })),
});

/** Whose outputs they are, and how precise answers must be. */
export interface CalibrateOptions {
  readonly classes: readonly string[];
  readonly epoch: number;
  readonly step: number;
  /** 0 .. 1 */
  readonly minPrecision: number;
}

/**
 * Fits the temperature and chooses the thresholds, by the validation's outputs alone.
 * @returns undefined if there are no images, or a logit is not finite
 */
export function calibrationOf(
  { logits, labels }: { readonly logits: Float32Array; readonly labels: Uint32Array },
  { classes, epoch, step, minPrecision }: CalibrateOptions,
): Calibration | undefined {
  if (labels.length === 0 || !logits.every(Number.isFinite)) return undefined;
  const { temperature, error, bound } = fitTemperature(logits, labels), count = classes.length;
  const beforeAndAfter = (measured: (temperature: number) => number) => {
    return { before: measured(1), after: measured(temperature) };
  };
  const thresholds = classThresholds(logits, labels, { classes: count, temperature, minPrecision });
  return {
    split: "valid",
    images: labels.length,
    epoch,
    step,
    temperature,
    temperature_error: error,
    bound: bound ?? null,
    ece: beforeAndAfter((temperature) => {
      const metric = calibrationError(count, undefined, temperature);
      metric.update(logits, labels);
      return metric.compute()!;
    }),
    nll: beforeAndAfter((temperature) => {
      const metric = nll(count, temperature);
      metric.update(logits, labels);
      return metric.compute()!;
    }),
    min_precision: minPrecision,
    classes: thresholds.map((threshold, i) => ({ label: classes[i], ...threshold })),
  };
}

/** With fewer images a temperature is a rough estimate; and with fewer answers, so is their precision. */
const FEW_IMAGES = 100, FEW_ANSWERS = 20;

/** The temperature in words: its value with its standard error, or why there is none. */
export function temperatureText({ temperature, temperature_error, bound, images }: Calibration): string {
  const by = `${images.toLocaleString("en")} validation images`;
  if (bound === null) {
    return `temperature ${temperature.toFixed(2)} ± ${temperature_error!.toFixed(2)}, by ${by}`;
  }
  const limit = bound === "low"
    ? `it would be below ${TEMPERATURES[0]}, as if no answer were ever wrong`
    : `it would be above ${TEMPERATURES[1]}, as if no answer were worth more than another`;
  return `no temperature, by ${by}: ${limit}; confidences stay as they are`;
}

/** How a model's confidences are to be read, for a note; undefined if nothing has calibrated them. */
export function confidenceNote(calibration: Calibration | undefined): string | undefined {
  if (calibration === undefined) return undefined;
  const text = temperatureText(calibration);
  return calibration.bound === null
    ? `confidences are calibrated: ${text}`
    : `confidences are not calibrated: ${text}`;
}

/** What to know before trusting a calibration, a line each. */
export function calibrationNotes({ images, bound, ece, min_precision, classes }: Calibration): string[] {
  const percent = `${Number((100 * min_precision).toFixed(2))} %`;
  const unseen = classes.filter((one) => one.threshold === null && one.images === 0);
  const without = classes.filter((one) => one.threshold === null && one.images > 0);
  const rough = classes.filter(({ answers }) => answers !== null && answers < FEW_ANSWERS);
  const names = (of: Calibration["classes"]) => few(of.map(({ label }) => label));
  return [
    ...(images < FEW_IMAGES && bound === null
      ? [`${images} images are few for a temperature: it is rough; validate on ${FEW_IMAGES} or more`]
      : []),
    ...(bound === null && ece.after > ece.before
      ? [
        "the calibration error rose, as the temperature lowers the negative log-likelihood and not that error: " +
        "where few images are validated, or the error was small before, that is within chance",
      ]
      : []),
    ...(unseen.length > 0
      ? [
        `${unseen.length} of ${classes.length} classes have no threshold, as none of their images were validated: ` +
        `${names(unseen)}; validate on some of each (data.split.valid, trainer.limit_val_batches)`,
      ]
      : []),
    ...(without.length > 0
      ? [
        `${without.length} of ${classes.length} classes have no confidence from which ${percent} of their answers ` +
        `are right: ${names(without)}`,
      ]
      : []),
    ...(rough.length > 0
      ? [
        `the thresholds of ${rough.length} of ${classes.length} classes rest on fewer than ${FEW_ANSWERS} answers ` +
        `each: ${names(rough)}`,
      ]
      : []),
  ];
}
