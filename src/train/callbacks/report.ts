import * as z from "zod";
import { readJson } from "../../base/json_text.ts";
import { htmlReport } from "../../plots/report/html_report.ts";
import type { Callback } from "../callback.ts";
import { readRun } from "../report/read_run.ts";
import {
  countsOf,
  type PictureFile,
  predictionsOf,
  REPORT_DATA,
  REPORT_PICTURES,
  type ReportData,
  type ReportStatus,
} from "../report/report_data.ts";
import { type EncodedPicture, MOST_PICTURES, reportPictures } from "../report/report_pictures.ts";
import type { Tally } from "../step_results.ts";
import type { RunState } from "../run_state.ts";
import { type CallbackContext, type CallbackPlugin, defineCallback } from "./plugin.ts";

/** The name of the report in a run's folder. */
export const REPORT = "report.html";

/** Encoding images takes at most one part in this many of the time between two rounds, until the run ends. */
const PICTURES_PART = 50;
type Context = Pick<CallbackContext, "folder" | "samples" | "picture" | "write" | "report" | "progress">;
type Results = Pick<ReportData, "valid" | "test" | "calibration">;
type Split = "valid" | "test";

/**
 * Writes `report.html`, which shows a run without a server, after each epoch, when the run ends or is interrupted,
 * and after the test. It is made from the run's files, to which this callback adds two: `report.json`, with the
 * predictions of the best epoch's weights for each sample, and `report_pictures.json`. Up to `most` images are
 * divided between validation and test; during the run new ones are added only as often as is cheap.
 */
export function reportCallback(most: number, context: Context): Callback {
  const results: { -readonly [Key in keyof Results]: Results[Key] } = {};
  const pictures = new Map<string, EncodedPicture>();
  const round = { endedAt: -Infinity, took: 0 }; // ms
  const text = (value: string) => new TextEncoder().encode(value);

  /** Keeps the validation predictions of the best weights so far, or of the last if there is no best. */
  const keep = (state: RunState, tally: Tally | undefined) => {
    const { outputs, best, classes, epoch, step, calibration } = state;
    if (!outputs || !tally || results.valid?.step === step) return;
    if (!best || best.step === step) {
      results.valid = predictionsOf(outputs, classes.length, tally, { epoch, step, calibration });
      results.calibration = calibration;
    }
  };
  const write = async (state: RunState, status: ReportStatus) => {
    using _ = context.progress("writing the report");
    const chosen: Record<string, PictureFile[Split]> = {};
    const started = performance.now();
    const isDue = status !== "running" || started - round.endedAt >= PICTURES_PART * round.took;
    const sources = { ...context.report, picture: context.picture }, each = Math.floor(most / 2);
    for (const split of ["valid", "test"] as const) {
      const predictions = results[split];
      if (!predictions) continue; // not yet, or of an earlier run, whose folder is gone
      chosen[split] = await reportPictures(sources, [split, predictions], each, pictures, isDue);
    }
    if (isDue) Object.assign(round, { endedAt: performance.now(), took: performance.now() - started });
    const { folder, report: { files, now }, write } = context;
    await write(
      `${folder}/${REPORT_DATA}`,
      text(JSON.stringify(dataOf(context, state, status, results)) + "\n"),
    );
    await write(`${folder}/${REPORT_PICTURES}`, text(JSON.stringify(chosen) + "\n"));
    await write(`${folder}/${REPORT}`, text(await htmlReport(await readRun(files, now()))));
  };
  return {
    name: "report",
    validated: (state, { tally }) => keep(state, tally),
    async epochEnd(state) {
      keep(state, state.history.at(-1)!.valid);
      await write(state, "running");
    },
    save: (state, reason) => reason === "interrupted" ? write(state, "interrupted") : undefined,
    fitEnd: (state) => write(state, "finished"),
    async tested(state, { epoch, step, tally, outputs }) {
      const { calibration } = results;
      results.test = predictionsOf(outputs, state.classes.length, tally, { epoch, step, calibration });
      await write(state, "finished");
    },
    state: () => ({ valid: results.valid?.step }),
    async load(state) {
      const { valid } = state as { valid?: number };
      Object.assign(results, await earlier(context, valid));
    },
  };
}

/** The predictions of the validation at `step` that a resumed run has written before; later ones come again. */
async function earlier({ report }: Context, step: number | undefined): Promise<Results> {
  const file = await report.files.text(REPORT_DATA);
  const { valid, calibration } = file === undefined
    ? {} as Results
    : readJson(file, REPORT_DATA) as ReportData;
  return valid?.step === step ? { valid, calibration } : {};
}

function dataOf(
  { samples, report }: Context,
  { classes, maxEpochs, batchesPerEpoch, history, best, last }: RunState,
  status: ReportStatus,
  results: Results,
): ReportData {
  return {
    status,
    epochs: history.length,
    max_epochs: maxEpochs,
    batches_per_epoch: batchesPerEpoch,
    classes,
    samples: countsOf(samples),
    health: report.health,
    checkpoints: [...new Set([best, last].flatMap((saved) => saved ? [saved.path] : []))],
    ...results,
  };
}

/** The plug-in. */
export const report: CallbackPlugin = defineCallback({
  options: z.strictObject({
    pictures: z.int().min(0).max(10_000).default(MOST_PICTURES).describe("Maximum number of images"),
  }).describe("Writes report.html"),
  make: ({ pictures }, context) => reportCallback(pictures, context),
});
