/** What it means how a batch was learnt by heart. */
import { largest, smallest } from "../../src/base/lists.ts";
import type { OverfitBatch } from "../protocol/calls.ts";
import type { StepNews } from "../protocol/engine_calls.ts";

/** A verdict, in words. */
export interface Judgement {
  readonly kind: "learns" | "contradictory" | "diverges" | "slow" | "stuck";
  readonly title: string;
  readonly reason: string;
}

/** A trial that is over. */
export interface Trial {
  readonly steps: readonly Pick<StepNews, "loss" | "top1">[];
  /** True if the loss is no longer a number. */
  readonly hasDiverged: boolean;
  readonly rate: number;
  readonly batch: Pick<OverfitBatch, "images" | "contradictions">;
}

/** A last loss so much higher than the first, or any so very much higher, means that it diverges. */
const ROSE = 1.5, EVER_ROSE = 4;
/** A loss so much lower than the first means that something was learnt. */
const FELL = 0.8;

/** A batch is learnt once all of it was right with this loss, so many times in a row. */
const LEARNT = 0.1, TWICE = 2;
/** All that can be learnt of a contradictory batch is learnt once it has been for so many steps. */
const STAYED = 8;

/** True once more steps would change nothing: all is learnt, or all but one of each two that contradict, or it diverges. */
export function isDecided(
  { steps, batch }: { readonly steps: Trial["steps"]; readonly batch: Trial["batch"] | undefined },
): boolean {
  if (hasRisen(steps)) return true;
  const has = (count: number, is: (step: Trial["steps"][number]) => boolean) =>
    steps.length >= count && steps.slice(-count).every(is);
  if (has(TWICE, ({ loss, top1 }) => top1 === 1 && loss < LEARNT)) return true;
  const { images, contradictions } = batch ?? { images: [], contradictions: [] };
  const most = images.length - Math.ceil(contradictions.length / 2);
  return contradictions.length > 0 &&
    has(STAYED, ({ loss, top1 }) => Math.round(top1 * images.length) === most && loss < FELL * steps[0].loss);
}

/** True once the loss has risen so far that the trial can end. */
function hasRisen(steps: Trial["steps"]): boolean {
  return largest(steps.map(({ loss }) => loss), 0) > EVER_ROSE * (steps[0]?.loss ?? Infinity);
}

/** Judges a trial. */
export function judge({ steps, hasDiverged, rate, batch }: Trial): Judgement {
  const first = steps[0], last = steps.at(-1), all = batch.images.length;
  const losses = steps.map(({ loss }) => loss), lowest = smallest(losses);
  if (
    hasDiverged || last === undefined || last.loss > ROSE * first.loss || hasRisen(steps)
  ) {
    const from = first === undefined ? "" : ` (it was ${first.loss.toFixed(2)} at first)`;
    const to = hasDiverged ? "is no longer a number" : `rose to ${largest(losses).toFixed(2)}`;
    return {
      kind: "diverges",
      title: "It diverges",
      reason: `The loss ${to}${from}: a rate of ${rate} is too high. Try ${tenth(rate)}.`,
    };
  }
  const right = Math.round(last.top1 * all), wrong = all - right;
  if (wrong === 0 && last.loss < FELL * first.loss) {
    return {
      kind: "learns",
      title: "It learns",
      reason:
        `After ${steps.length} steps all ${all} images of the batch have their label: images, labels and ` +
        "network fit together. That says nothing yet about new images; train to see.",
    };
  }
  if (batch.contradictions.length > 0 && lowest < FELL * first.loss) {
    return {
      kind: "contradictory",
      title: "Labels contradict each other",
      reason:
        `${right} of ${all} images were learnt, the others cannot be while the same image has two labels: ` +
        "see below, decide which is right, and try again.",
    };
  }
  if (lowest < FELL * first.loss) {
    return {
      kind: "slow",
      title: "It learns slowly",
      reason: `${right} of ${all} images after ${steps.length} steps, the loss fell from ${
        first.loss.toFixed(2)
      } to ${last.loss.toFixed(2)}. Try a rate of ${3 * rate}, or larger images if what counts is small.`,
    };
  }
  return {
    kind: "stuck",
    title: "It does not learn",
    reason:
      `The loss stays at ${last.loss.toFixed(2)} after ${steps.length} steps. The rate ${rate} may be too ` +
      `low (try ${
        10 * rate
      }) or far too high, or the images of the classes do not differ at this size: look at them.`,
  };
}

function tenth(rate: number): number {
  return Number((rate / 10).toPrecision(3));
}
