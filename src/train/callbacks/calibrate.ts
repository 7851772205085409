import * as z from "zod";
import { type Calibration, calibrationNotes, calibrationOf, temperatureText } from "../calibration.ts";
import type { Callback } from "../callback.ts";
import type { RunState } from "../run_state.ts";
import { type CallbackContext, type CallbackPlugin, defineCallback } from "./plugin.ts";

/** The name of the table in a run's folder. */
export const THRESHOLDS = "thresholds.json";

/**
 * Fits a temperature and chooses thresholds after each validation, of the weights and by the images of that validation
 * (`state.calibration`), so every checkpoint has its own. That of the best weights is `thresholds.json`.
 */
export function calibrateCallback(
  minPrecision: number,
  { folder, samples, validates, print, write }: Pick<
    CallbackContext,
    "folder" | "samples" | "validates" | "print" | "write"
  >,
): Callback {
  let kept: Calibration | undefined;
  const writeKept = () => {
    return write(`${folder}/${THRESHOLDS}`, new TextEncoder().encode(JSON.stringify(kept, null, 2) + "\n"));
  };
  const save = async ({ calibration, best, step }: RunState) => {
    if (calibration?.step !== step || best && best.step !== step) return;
    kept = calibration;
    await writeKept();
  };
  return {
    name: "calibrate",
    fitStart() {
      if (validates) return;
      const valid = samples.find(({ name }) => name === "valid");
      const cure = valid && Array.from(valid.counts).some((count) => count > 0)
        ? "trainer.limit_val_batches=1.0 validates on the whole valid split"
        : "data.split.valid=0.1 takes a tenth of train";
      print(
        "  note: nothing to calibrate by, as the run validates on nothing: no temperature and no thresholds; " +
          cure,
      );
    },
    validated(state) {
      const { outputs, classes, epoch, step, log } = state;
      state.calibration = outputs && calibrationOf(outputs, { classes, epoch, step, minPrecision });
      if (state.calibration === undefined || state.calibration.bound !== null) return;
      const { temperature, ece } = state.calibration;
      log.scalars({ "val/temperature": temperature, "val/ece_calibrated": ece.after });
    },
    save,
    async fitEnd() {
      if (kept === undefined) return;
      await writeKept(); // a resumed run may have another folder
      const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
      print(
        `calib   ${temperatureText(kept)}` +
          (kept.bound === null
            ? `: calibration error ${percent(kept.ece.before)} before, ${percent(kept.ece.after)} after`
            : ""),
      );
      for (const note of calibrationNotes(kept)) print(`  note: ${note}`);
    },
    state: () => ({ kept }),
    load(state) {
      kept = (state as { kept?: Calibration }).kept;
    },
  };
}

/** The plug-in. */
export const calibrate: CallbackPlugin = defineCallback({
  options: z.strictObject({
    min_precision: z.number().min(0).max(1).default(.95).describe(
      "Share of a class's answers that must be right from its threshold on",
    ),
  }).describe("Fits a temperature, and a threshold for each class, on the validation split: thresholds.json"),
  make: ({ min_precision }, context) => calibrateCallback(min_precision, context),
});
