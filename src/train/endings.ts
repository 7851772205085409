/** Early ends of a run: loss or gradients that are not finite, and interruptions. */
import { DivergedError, InterruptedError } from "../base/errors.ts";
import type { LossScaleState } from "../optim/loss_scale.ts";
import type { Tally } from "./step_results.ts";
import type { RunState } from "./run_state.ts";
import type { Fit } from "./run.ts";

/** Maximum number of consecutive steps that mixed precision may skip: 2^16 halved this often is below 1. */
const MOST_SKIPS = 20;

/**
 * The epoch's batches so far; in mixed precision without those whose loss overflowed, which were skipped.
 * @throws DivergedError at the first step that was not finite, or if mixed precision skips every step
 */
export async function readSteps(run: Fit): Promise<Tally[]> {
  const { results, state, step: { decision } } = run;
  const steps = await results.steps(); // GPU sync point
  if (decision.skips) {
    refuseEndlessSkips(await decision.read(), state); // GPU sync point
    const finite = steps.filter(({ loss }) => Number.isFinite(loss));
    return finite.length > 0 ? finite : steps;
  }
  const halted = await decision.read(); // GPU sync point
  if (halted > 0) throw await explainDivergence(run, halted, steps);
  return steps;
}

function refuseEndlessSkips({ scale, skippedInARow }: LossScaleState, state: RunState): void {
  if (skippedInARow < MOST_SKIPS) return;
  throw new DivergedError(
    `Cannot continue training: the gradients of the last ${skippedInARow} steps up to step ${state.step} were not ` +
      `finite, down to a loss scale of ${scale}: ${lastGood(state)}; use trainer.precision=32-true, lower ` +
      "optimizer.lr, or check for broken images",
  );
}

/**
 * Finds the parameter whose gradient failed first at step `halted`. No step has been taken since, so the weights are
 * unchanged: the batch is differentiated again, and the gradients are checked in the order of the backward pass.
 */
export async function explainDivergence(
  run: Fit,
  halted: number,
  steps: readonly Tally[],
): Promise<DivergedError> {
  const { state, accumulate = 1, train, step, model: { parameters } } = run;
  const first = Math.max(0, state.batch - (state.step - halted + 1) * accumulate);
  const bad = steps.findIndex(({ loss }, i) => i >= first && !Number.isFinite(loss));
  const batch = bad < 0 ? first : bad;
  for await (const again of train(state.epoch, batch)) {
    await step.differentiate(again);
    break;
  }
  const gradients = await parameters.gradientState(); // GPU sync point
  const faulty = parameters.parameters.map(({ name }) => name).reverse()
    .find((name) => !gradients.get(name)!.values.every(Number.isFinite));
  const loss = bad < 0 ? "" : `, where the loss is ${steps[bad].loss}`;
  const what = faulty === undefined
    ? "the gradient"
    : `the gradient of ${faulty}, the first in the backward pass,`;
  return new DivergedError(
    `Cannot continue training: ${what} is not finite at step ${halted} (epoch ${state.epoch})${loss}: ` +
      `${
        lastGood(state)
      }; lower optimizer.lr, lengthen scheduler.warmup_epochs, or check for broken images and labels`,
  );
}

function lastGood({ last }: RunState): string {
  return last ? `the last good checkpoint is ${last.path}` : "no checkpoint has been written yet";
}

/** The error of a run that was asked to stop. */
export function interruption({ step, last }: RunState): InterruptedError {
  const saved = last ? `; go on with resume=${last.path}` : "";
  return new InterruptedError(`The run was interrupted after step ${step}${saved}`);
}
