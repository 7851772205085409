/** Metrics logged from a split's outputs, besides loss, top-1 and top-5, which the GPU counts. */
import { classAccuracy } from "../metrics/accuracy.ts";
import { auroc } from "../metrics/auroc.ts";
import { calibrationError } from "../metrics/calibration.ts";
import { f1 } from "../metrics/f1.ts";
import type { Scalars } from "./log.ts";
import type { Outputs } from "./run_state.ts";

/**
 * Macro F1 and AUROC, the expected calibration error, and each class's accuracy, under Lightning's names:
 * `val/acc_class_0`. Undefined values, such as the accuracy of a class without samples, are omitted.
 */
export function outputScalars(prefix: "val" | "test", { logits, labels }: Outputs): Scalars {
  if (labels.length === 0) return {};
  const classes = logits.length / labels.length;
  const score = f1(classes), area = auroc(classes), calibration = calibrationError(classes);
  const accuracy = classAccuracy(classes);
  for (const metric of [score, area, calibration, accuracy]) metric.update(logits, labels);
  const values: [name: string, value: number | null | undefined][] = [
    ["f1_macro", score.compute()?.macro],
    ["auroc_macro", area.compute().macro],
    ["ece", calibration.compute()],
    ...accuracy.compute().map((share, i): [string, number | null] => [`acc_class_${i}`, share]),
  ];
  return Object.fromEntries(
    values.flatMap(([name, value]) =>
      value === null || value === undefined ? [] : [[`${prefix}/${name}`, value]]
    ),
  );
}
