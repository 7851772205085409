/** What changes from step to step lies in one small buffer, so that a recorded step can be replayed. */

/** Elements of the buffer, f32: {@link Adamw.scalars} fills the first five, the others have a place each. */
export const STEP_SCALARS = 12;

/**
 * Places of what is not AdamW's: the decay of averages, the slot for the batch's results, the step's
 * number, and which of an accumulated step's batches it is.
 */
export const EMA_DECAY = 5, RESULTS_SLOT = 6, STEP = 7, BATCH_OF_STEP = 8;
