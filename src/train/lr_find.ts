/** Runs the range test of learning rates on a model, and puts everything back. */
import { InterruptedError } from "../base/errors.ts";
import { noProgress } from "../base/progress.ts";
import type { Device } from "../core/device.ts";
import { type RateCurve, type RateRange, RateTest } from "./rate_range.ts";
import type { FitOptions } from "./run.ts";
import { trainStep } from "./step.ts";
import { stepResults, sum } from "./step_results.ts";

/**
 * Trains for up to `range.num_training` steps at rising rates, as the run would from its first epoch on. Weights,
 * running statistics and the optimiser's states are then what they were.
 * @throws InterruptedError when `signal` was aborted
 */
export async function findRate(device: Device, options: FitOptions, range: RateRange): Promise<RateCurve> {
  const { classes, accumulate = 1, batchSizes, signal, progress = noProgress } = options;
  const results = stepResults(device, classes.length, range.num_training * accumulate);
  const step = trainStep(device, { ...options, results, ema: undefined });
  const restore = await stateOf(options);
  try {
    {
      using _ = progress("compiling kernels");
      await step.prepare(batchSizes);
    }
    using shown = progress("trying learning rates", range.num_training);
    const test = new RateTest(range);
    let counted = 0;
    for await (const [batch, isLast] of endless(options)) {
      const rate = test.next;
      if (rate === undefined) break;
      if (signal.aborted) throw interruption(test);
      await step.run(batch, rate, isLast);
      if (!step.isWhole) continue;
      const steps = await results.steps(); // GPU sync point
      test.add(sum(steps.slice(counted)).loss);
      counted = steps.length;
      shown.at(step.step);
    }
    return test.curve;
  } finally {
    step.free();
    results.free();
    restore();
  }
}

/** The error of a test that was asked to stop. */
function interruption({ curve: { rates }, range: { num_training } }: RateTest): InterruptedError {
  return new InterruptedError(
    `The range test was interrupted after ${rates.length} of ${num_training} steps: no curve was written, and ` +
      "nothing has changed; begin it anew, with fewer steps by trainer.lr_range.num_training",
  );
}

/** The batches of one epoch after the other, each with whether it is its epoch's last. */
async function* endless({ train }: Pick<FitOptions, "train">) {
  for (let epoch = 0;; epoch++) {
    const batches = train(epoch, 0);
    let at = 0;
    for await (const batch of batches) yield [batch, ++at === batches.length] as const;
  }
}

/** Reads all that training changes; the result puts it back. */
async function stateOf({ model: { parameters }, optimizer }: FitOptions): Promise<() => void> {
  const { values, statistics, batches } = parameters;
  const tensors = [values, statistics, ...optimizer.states.values()];
  const kept = await Promise.all(tensors.map((tensor) => tensor.read())); // GPU sync point
  return () => {
    tensors.forEach((tensor, i) => tensor.write(kept[i]));
    values.device.scope(() => parameters.copyHalves());
    parameters.batches = batches;
  };
}
