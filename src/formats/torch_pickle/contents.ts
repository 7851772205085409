import type { Place } from "./tensor_reader.ts";
import type { PickleValue } from "./values.ts";

/** What a file of torch.save holds: its object, and where the storages lie that the object names. */
export interface Contents {
  readonly value: PickleValue;
  readonly place: Place;
}

/** Bytes of a pickle, without the values of its storages; a ResNet-50 with its optimiser has 200 KB. */
export const MOST_PICKLE_BYTES = 32 * 2 ** 20;
