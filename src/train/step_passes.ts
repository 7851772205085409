/**
 * The passes over a step's batches: the gradients of each, and with SAM those of each once more, between the climb and
 * the way back.
 *
 * With other ranks (data_parallel.ts) a rank's gradient is that of its rows' part in the mean loss of all, and these are
 * summed wherever a whole gradient is ready: before the climb, and before the update. The sum begins while the last pass
 * still runs.
 */
import type { TrainBatch } from "./batch.ts";
import type { DataParallel } from "./data_parallel.ts";
import type { GradientSum } from "./gradient_sum.ts";
import type { SharedHalves, SizedStep, StepPrograms } from "./step_programs.ts";
import type { StepWork, StepWorkParts } from "./step_work.ts";

/** Writes the scalars of a pass: the batch's index within the step, and the slot of its results. */
export type WriteScalars = (batchOfStep: number, slot: number) => void;

/** The passes of one step after the other. */
export interface StepPasses {
  /** Batches of the step so far. */
  readonly count: number;
  /** Uploads a batch, and encodes its gradients; `isLast` if it is the last of the step. */
  add(batch: TrainBatch, write: WriteScalars, isLast: boolean): Promise<void>;
  /** Makes the gradient that of the whole step; the next batch belongs to another one. */
  complete(write: WriteScalars): Promise<void>;
  /** Encodes the gradients of a batch that belongs to no step. */
  alone(batch: TrainBatch, write: WriteScalars): Promise<void>;
}

/** A batch, and what it counts in the mean loss of all ranks. */
interface Shared {
  readonly batch: TrainBatch;
  readonly share: number;
}

/** Creates the passes of a step's work. */
export function stepPasses(
  work: StepWork,
  programs: StepPrograms,
  { results, parallel, model: { parameters } }: StepWorkParts,
): StepPasses {
  /** The batches of the step so far. */
  const group: Shared[] = [];
  const sum = parallel?.sumOf(work.gradient, parameters);
  const differentiate = passesOf(work, parallel);
  const shareOf = async (batch: TrainBatch) => ({ batch, share: await parallel?.share(batch) ?? 1 });

  /** The second pass over the step's batches; of a single one, the images are still there. */
  const again = async ({ climb, comeBack }: NonNullable<SharedHalves["ascent"]>, write: WriteScalars) => {
    climb.encode();
    for (const [i, one] of group.entries()) {
      const sized = await programs.of(one.batch.count);
      if (group.length > 1) upload(sized, one.batch);
      write(i, results.spare);
      await differentiate(sized, one, i === group.length - 1 ? sum : undefined);
    }
    await sum?.complete(); // GPU sync point
    comeBack.encode();
  };

  return {
    get count() {
      return group.length;
    },
    async add(batch, write, isLast) {
      const one = await shareOf(batch), sized = await programs.of(batch.count);
      upload(sized, batch);
      write(group.length, results.advance());
      await differentiate(sized, one, isLast ? sum : undefined);
      group.push(one);
    },
    async complete(write) {
      const { ascent } = await programs.of(group[0].batch.count);
      await parallel?.complete(sum!, group.map(({ share }) => share)); // GPU sync point
      if (ascent) await again(ascent, write);
      group.length = 0;
    },
    async alone(batch, write) {
      const sized = await programs.of(batch.count);
      upload(sized, batch);
      if (parallel === undefined) return parameters.values.device.scope(() => work.pass(sized.slot));
      write(0, results.spare);
      await differentiate(sized, await shareOf(batch));
      await parallel.sumOf(parameters.gradients, parameters).complete(); // GPU sync point
    },
  };
}

/** Encodes the gradients of a batch whose images are uploaded; `sum` gets them if they are those of a whole step. */
type Differentiate = (sized: SizedStep, shared: Shared, sum?: GradientSum) => Promise<void>;

function passesOf(work: StepWork, parallel: DataParallel | undefined): Differentiate {
  return async ({ gradients, slot }, { batch, share }, sum) => {
    if (parallel === undefined) return gradients.encode();
    if (batch.count === 0) slot.clear();
    work.share!.write([share]);
    parallel.begin(batch);
    await gradients.encodeInParts(sum); // GPU sync point
  };
}

function upload({ slot }: SizedStep, batch: TrainBatch): void {
  if (batch.count > 0) slot.write(batch);
}
