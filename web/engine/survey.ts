/** The callback that looks at all images once a training is over, for what the page shows of where it is wrong. */
import { append } from "../../src/base/lists.ts";
import type { Progress } from "../../src/base/progress.ts";
import type { Device } from "../../src/core/device.ts";
import { readableOf } from "../../src/data/decode/picture_source.ts";
import { type Picture, type Split, SPLITS } from "../../src/data/types.ts";
import { calibrationError, reliability } from "../../src/metrics/calibration.ts";
import { confusionMatrix, confusionTotals } from "../../src/metrics/confusion.ts";
import { f1Scores } from "../../src/metrics/f1.ts";
import { type Judged, judgeRows } from "../../src/metrics/label_margin.ts";
import { principalPlane } from "../../src/metrics/pca.ts";
import type { OpenData } from "../../src/setup/open_data.ts";
import type { Callback } from "../../src/train/callback.ts";
import { surveyor } from "../../src/train/survey.ts";
import type { ClassRow, Survey } from "../protocol/survey.ts";

/** What is needed besides the data. */
export interface SurveyParts {
  readonly device: Device;
  readonly imageSize: number;
  readonly progress: (what: string, total: number) => Progress;
  readonly signal: AbortSignal;
  readonly keep: (kept: KeptSurvey) => void;
}

/** What is kept of it. */
export interface KeptSurvey {
  readonly survey: Survey;
  /** What the network's head reads of each image, [N, width]. */
  readonly features: Float32Array;
  readonly width: number;
  /** Some images that no training saw, by which an export is checked. */
  readonly pictures: readonly Picture[];
}

/** Images by which an export is checked, at most. */
const CHECKED = 32;

/** Looks at held-out images first; a run that is stopped meanwhile keeps what was looked at by then. */
export function surveyAll(data: OpenData, parts: SurveyParts): Callback {
  return {
    name: "survey",
    async fitEnd({ model, calibration }) {
      const { device, imageSize, signal, keep } = parts, rows = new Rows(data.classes);
      const splits = [...SPLITS].reverse().filter((split) => data.count(split) > 0);
      const total = splits.reduce((sum, split) => sum + data.count(split), 0);
      using shown = parts.progress("looking at all images", total);
      const looking = await surveyor(device, model, { imageSize, batchSize: data.evalBatchSize });
      try {
        for (const split of splits) {
          for await (const batch of looking.run(data.evaluate(split))) {
            const paths = [...batch.indices].map((i) => data.store(split).samples[i].path);
            rows.add(split, paths, batch);
            shown.at(rows.count);
            if (signal.aborted) break;
          }
          if (signal.aborted) break;
        }
      } finally {
        looking.free();
      }
      const heldOut = data.count("valid") > 0 ? "valid" : data.count("test") > 0 ? "test" : "train";
      const some = Array.from({ length: Math.min(CHECKED, data.count(heldOut)) }, (_, i) => i);
      const { pictures } = await readableOf(data.store(heldOut).pictures, some);
      const temperature = calibration?.bound === null ? calibration.temperature : undefined;
      keep({ ...rows.survey(heldOut, temperature), width: looking.width, pictures });
    },
  };
}

/** Gathers what was looked at. */
class Rows {
  readonly #paths: string[] = [];
  readonly #splits: Split[] = [];
  readonly #labels: number[] = [];
  readonly #logits: Float32Array[] = [];
  readonly #features: Float32Array[] = [];

  constructor(readonly classes: readonly string[]) {}

  get count(): number {
    return this.#paths.length;
  }

  add(
    split: Split,
    paths: readonly string[],
    { labels, logits, features }: { labels: Uint32Array; logits: Float32Array; features: Float32Array },
  ): void {
    append(this.#paths, paths);
    append(this.#splits, paths.map(() => split));
    append(this.#labels, labels);
    this.#logits.push(logits);
    this.#features.push(features);
  }

  /** What it all says; `heldOut` is the split that matrix, table and calibration are of, with and without a temperature. */
  survey(heldOut: Split, temperature: number | undefined): Pick<KeptSurvey, "survey" | "features"> {
    const { classes, count } = this, labels = Uint32Array.from(this.#labels);
    const logits = joined(this.#logits), features = joined(this.#features);
    const judged = judgeRows(logits, labels, classes.length);
    const { coordinates, explained } = principalPlane(features, count, features.length / Math.max(1, count));
    const column = <Key extends keyof Judged>(key: Key) => judged.map((one) => one[key]);
    const survey = {
      classes,
      paths: this.#paths,
      splits: this.#splits,
      labels,
      predicted: Uint32Array.from(column("predicted")),
      confidence: Float32Array.from(column("confidence")),
      margin: Float32Array.from(column("margin")),
      map: coordinates,
      explained,
      heldOut,
      ...scoresOf(classes, this.#of(heldOut, logits, labels), temperature),
    };
    return { survey, features };
  }

  #of(split: Split, logits: Float32Array, labels: Uint32Array) {
    const rows = this.#splits.keys().filter((i) => this.#splits[i] === split).toArray();
    const width = this.classes.length;
    return {
      labels: Uint32Array.from(rows, (row) => labels[row]),
      logits: joined(rows.map((row) => logits.subarray(row * width, (row + 1) * width))),
    };
  }
}

/** Matrix, table and calibration of a split. */
function scoresOf(
  classes: readonly string[],
  { labels, logits }: { readonly labels: Uint32Array; readonly logits: Float32Array },
  temperature: number | undefined,
): Pick<Survey, "matrix" | "table" | "reliability" | "ece" | "calibrated"> {
  const width = classes.length, confusion = confusionMatrix(width), bins = reliability(width);
  const ece = calibrationError(width), then = calibrationError(width, undefined, temperature);
  for (const metric of [confusion, bins, ece, then]) metric.update(logits, labels);
  const counted = confusion.compute(), { samples, predicted, hits } = confusionTotals(counted);
  const scores = f1Scores(counted), share = (hit: number, of: number) => of === 0 ? null : hit / of;
  const table = classes.map((className, k): ClassRow => ({
    className,
    images: samples[k],
    precision: share(hits[k], predicted[k]),
    recall: share(hits[k], samples[k]),
    f1: scores === null || samples[k] + predicted[k] === 0 ? null : scores.perClass[k],
  }));
  const found = bins.compute(), calibrated = temperature === undefined ? null : then.compute();
  return {
    matrix: Uint32Array.from(counted.counts),
    table,
    reliability: Array.from(found.samples, (images, i) => ({
      images,
      confidence: found.confidence[i] / images,
      right: found.hits[i] / images,
    })).filter(({ images }) => images > 0),
    ece: ece.compute(),
    calibrated: calibrated === null ? undefined : { temperature: temperature!, ece: calibrated },
  };
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
