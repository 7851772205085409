import type { Place } from "./tensor_reader.ts";
import type { PickleValue } from "./values.ts";

/** The contents of a torch.save file: its object, and where the storages that the object names are. */
export interface Contents {
  readonly value: PickleValue;
  readonly place: Place;
}

/** Limit on a pickle's size, excluding the values of its storages; a ResNet-50 with its optimiser needs 200 KB. */
export const MOST_PICKLE_BYTES = 32 * 2 ** 20;
