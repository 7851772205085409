/** The values of metrics that are monitored. */
import type { Monitored } from "../metrics/monitored.ts";
import type { EpochRecord, RunState, ValidationRecord } from "./run_state.ts";

/** The value of a validation's metric; undefined if `name` is an epoch's metric or null. */
export function validationValue(name: Monitored | null, { tally }: ValidationRecord): number | undefined {
  if (name === null || name.startsWith("train/")) return undefined;
  return recordedValue(name, { train: tally, valid: tally });
}

/** The value of the last epoch's metric: a training metric, or NaN if the run does not validate or `name` is null. */
export function epochValue(name: Monitored | null, { history }: RunState): number | undefined {
  if (name === null) return NaN;
  const last = history.at(-1)!, isOfTraining = name.startsWith("train/");
  return isOfTraining || last.valid === undefined ? recordedValue(name, last) : undefined;
}

/** The value of a metric at the end of an epoch; NaN for one of validation if there was none. */
export function recordedValue(
  name: Monitored,
  { train, valid }: Pick<EpochRecord, "train" | "valid">,
): number {
  const tally = name.startsWith("train/") ? train : valid;
  if (name.endsWith("acc_top1")) return tally?.top1 ?? NaN;
  return (name === "val/acc_top5" ? tally?.top5 : tally?.loss) ?? NaN;
}
