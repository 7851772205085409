/** What changes from step to step lies in one small buffer, so that a recorded step can be replayed. */

/** Elements of the buffer, f32: {@link Adamw.scalars} fills the first four, the others have a place each. */
export const STEP_SCALARS = 8;

/** Places of what is not AdamW's: the decay of averages, and the slot of the ring for the step's results. */
export const EMA_DECAY = 5, RING_SLOT = 6;
