/** Values that change from step to step, in one small buffer, so that a recorded step can be replayed. */

/** Elements of the buffer, f32. */
export const STEP_SCALARS = 8;

/**
 * Indices of the trainer's scalars: the decay of averages, the slot for the batch's results, the step's number, and
 * the index of the batch within an accumulated step.
 */
export const EMA_DECAY = 0, RESULTS_SLOT = 1, STEP = 2, BATCH_OF_STEP = 3;

/** Index of the optimiser's first scalar; it has at most four. */
export const OWN_SCALARS = 4;

/** The trainer's scalars of one step. */
export interface StepPlaces {
  readonly emaDecay?: number;
  readonly slot?: number;
  readonly step?: number;
  readonly batchOfStep?: number;
}

/**
 * The buffer's values for one step.
 * @param own the optimiser's scalars for the step
 * @throws RangeError if there are more than fit
 */
export function stepScalars(own: readonly number[], places: StepPlaces = {}): Float32Array {
  const room = STEP_SCALARS - OWN_SCALARS;
  if (own.length > room) {
    throw new RangeError(
      `Cannot write the scalars of a step: an optimiser may have at most ${room}, current number is ${own.length}`,
    );
  }
  const { emaDecay = 0, slot = 0, step = 0, batchOfStep = 0 } = places;
  const values = new Float32Array(STEP_SCALARS);
  values[EMA_DECAY] = emaDecay;
  values[RESULTS_SLOT] = slot;
  values[STEP] = step;
  values[BATCH_OF_STEP] = batchOfStep;
  values.set(own, OWN_SCALARS);
  return values;
}
