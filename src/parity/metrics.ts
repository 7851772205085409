/** metrics.json: all metrics on the CPU, and the GPU's tally, against PyTorch and scikit-learn. */
import * as z from "zod";
import { roundUp } from "../base/shape.ts";
import type { Device } from "../core/device.ts";
import { tensorOf } from "../core/tensor.ts";
import { classAccuracy, topKAccuracy } from "../metrics/accuracy.ts";
import { auroc } from "../metrics/auroc.ts";
import { confusionMatrix } from "../metrics/confusion.ts";
import { classThresholds } from "../metrics/class_thresholds.ts";
import { f1 } from "../metrics/f1.ts";
import { nll } from "../metrics/nll.ts";
import { imagesToEngine } from "../nn/layout.ts";
import { fitTemperature } from "../metrics/temperature.ts";
import { crossEntropy } from "../ops/cross_entropy.ts";
import { tally } from "../ops/tally.ts";
import type { ParityCase, Row, Suite } from "./case.ts";
import { absolute, byLargest, compare, type Comparison } from "./compare.ts";
import type { CaseFolder } from "./folder.ts";
import { OP_TOLERANCE } from "./ops.ts";

/** For shares, 0 .. 1: PyTorch rounds their mean to float32. */
const METRIC_TOLERANCE = 1e-6;

const metricCase = z.looseObject({
  classes: z.int().positive(),
  logits: z.array(z.number()),
  labels: z.array(z.int().min(0)),
  top1: z.number(),
  top5: z.number(),
  per_class_accuracy: z.array(z.number().nullable()),
  confusion_rows_true: z.array(z.array(z.int().min(0))),
  f1: z.strictObject({ macro: z.number(), micro: z.number(), weighted: z.number() }),
  f1_per_class: z.array(z.number()),
  auroc_per_class: z.array(z.number().nullable()),
  auroc_macro_of_defined: z.number(),
  nll: z.number(),
  temperature: z.number().optional(),
  min_precision: z.number().optional(),
  thresholds: z.array(z.tuple([z.number(), z.number()]).nullable()).optional(),
});
const table = z.object({ cases: z.array(metricCase) });

type MetricCase = z.output<typeof metricCase>;

/** The cases of metrics.json; other entries are not covered. */
export async function metricCases(folder: CaseFolder): Promise<Suite> {
  const { cases } = await folder.json("metrics.json", table);
  const others = cases.flatMap((given) => Object.keys(given).filter((key) => !(key in metricCase.shape)));
  return {
    cases: cases.flatMap((given, i): ParityCase[] => {
      const name = `metrics_${i}`, tallied = `${name}_tally`;
      return [
        { name, gpu: false, run: () => [onCpu(name, given)] },
        { name: tallied, gpu: true, run: async (device) => [await onGpu(device, tallied, given)] },
      ];
    }),
    notCovered: [...new Set(others)],
  };
}

function onCpu(name: string, { classes, logits, labels, ...expected }: MetricCase): Row {
  const top1 = topKAccuracy(1, classes), top5 = topKAccuracy(5, classes), perClass = classAccuracy(classes);
  const confusion = confusionMatrix(classes), score = f1(classes), area = auroc(classes), loss = nll(classes);
  for (const metric of [top1, top5, perClass, confusion, score, area, loss]) {
    metric.update(Float32Array.from(logits), labels);
  }
  const { perClass: scores, macro, micro, weighted } = score.compute()!;
  const areas = area.compute();
  return {
    name,
    comparisons: [
      share("top1", [top1.compute()], [expected.top1]),
      share("top5", [top5.compute()], [expected.top5]),
      share("per class", perClass.compute(), expected.per_class_accuracy),
      share("confusion", [...confusion.compute().counts], expected.confusion_rows_true.flat()),
      share("F1 per class", [...scores], expected.f1_per_class),
      share("F1", [macro, micro, weighted], [expected.f1.macro, expected.f1.micro, expected.f1.weighted]),
      share("AUROC per class", areas.perClass, expected.auroc_per_class),
      share("AUROC", [areas.macro], [expected.auroc_macro_of_defined]),
      compare("nll", [loss.compute()!], [expected.nll], byLargest([expected.nll], METRIC_TOLERANCE)),
      ...calibration({ classes, logits, labels, ...expected }),
    ],
  };
}

/** The fitted temperature, and each class's threshold and recall at it; cases made before have neither. */
function calibration(
  { classes, logits: given, labels, temperature, min_precision: minPrecision, thresholds }: MetricCase,
): Comparison[] {
  if (temperature === undefined || minPrecision === undefined || thresholds === undefined) return [];
  const logits = Float32Array.from(given), fit = fitTemperature(logits, labels);
  const found = classThresholds(logits, labels, { classes, temperature: fit.temperature, minPrecision });
  return [
    compare("temperature", [fit.temperature], [temperature], byLargest([temperature], METRIC_TOLERANCE)),
    share(
      "thresholds",
      found.map((one) => one.recall && one.threshold),
      thresholds.map((one) => one && one[0]),
    ),
    share("recall", found.map(({ recall }) => recall || null), thresholds.map((one) => one && one[1])),
  ];
}

/** Loss and counts as a training step computes them. */
async function onGpu(device: Device, name: string, given: MetricCase): Promise<Row> {
  const { classes, labels, top1, top5, nll } = given;
  const count = labels.length, padded = roundUp(classes, 4);
  return await device.scope(async () => {
    const values = imagesToEngine([count, classes, 1, 1], given.logits);
    const logits = tensorOf(device, values, [count, padded], "f32", "parity logits");
    const indices = tensorOf(device, Uint32Array.from(labels), [count], "u32", "parity labels");
    const target = { kind: "indices", values: indices } as const;
    const results = tensorOf(device, [0, 0, 0, 0], [1, 4], "f32", "parity results");
    const scalars = tensorOf(device, [0], [1], "f32", "parity slot");
    const loss = crossEntropy(logits, target, { classes });
    tally({ logits, target, loss, results, scalars }, { classes, slot: 0 });
    const [total, rows, first, five] = await results.read(); // GPU sync point
    return {
      name,
      comparisons: [
        compare("loss", [total / rows], [nll], byLargest([nll], OP_TOLERANCE)),
        share("top1", [first / rows], [top1]),
        share("top5", [five / rows], [top5]),
      ],
    };
  });
}

/** Compares shares, where null means undefined on both sides. */
function share(
  what: string,
  actual: readonly (number | null)[],
  expected: readonly (number | null)[],
): Comparison {
  const numbers = (values: readonly (number | null)[]) => values.map((value) => value ?? -1);
  return compare(what, numbers(actual), numbers(expected), absolute(METRIC_TOLERANCE));
}
