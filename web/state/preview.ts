/** Which images and which epochs the room "What the network sees" shows. */
import { effect, signal } from "@preact/signals";
import { summary } from "./session.ts";

/** Draws of an image that are shown side by side. */
export const DRAWS = 6;

export const seed = signal(42); // as `seed` is by default
/** The epoch of the first draw; a run's first is 0. */
export const epoch = signal(0);
/** Images of a batch, where batches are mixed; as trainer=quick has it. */
export const batchSize = signal(32);
/** The sample that is looked at; undefined for the first of those that are offered. */
export const looked = signal<number | undefined>(undefined);

effect(() => {
  summary.value; // of another dataset
  looked.value = undefined;
});
