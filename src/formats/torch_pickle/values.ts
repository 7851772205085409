/** The values that a PyTorch pickle may contain: plain data, tensors, and objects that are ignored. */
import { elements, formatShape, type Shape } from "../../base/shape.ts";
import { arrayClasses, type Dtype } from "../tensor_data.ts";

/** A Python value. Lists and tuples are arrays, dicts of all kinds are maps; integers above 2^53 are bigints. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | Set<PickleValue>
  | PickledTensor
  | PickledStorage
  | Callable
  | Inert;

/**
 * Why a file is rejected, as the end of the message "Cannot load x.pth: ..."; converted to a DataError by the caller.
 */
export class PickleFault extends Error {
  override name = "PickleFault";
}

/** The given bytes end within a value. */
export class CutOff extends PickleFault {
  constructor() {
    super("its pickle is truncated; copy the file again");
  }
}

/** A Python name that pickles may use, with our own meaning; no Python code is involved. */
export class Callable {
  constructor(
    readonly name: string,
    /** The result of calling it; by default it may only be named. */
    readonly call: (args: PickleValue[], spend: (work: number) => void) => PickleValue = () => {
      throw new PickleFault(`it wants to call "${name}", which may only be named`);
    },
    /** The dtype denoted by a storage class or dtype name. */
    readonly dtype?: Dtype | undefined,
  ) {}
}

/** An object known to be harmless and irrelevant for weights; what is put into it is discarded. */
export class Inert {
  constructor(readonly name: string) {}
}

/** A run of values in the file that several tensors may share. */
export class PickledStorage {
  constructor(
    readonly key: string,
    readonly dtype: Dtype,
    /** In values of `dtype`. */
    readonly length: number,
    /** The first value, within what `key` names. */
    readonly start = 0,
  ) {}

  /** The same bytes as values of another type. */
  as(dtype: Dtype): PickledStorage {
    const ratio = arrayClasses[this.dtype].BYTES_PER_ELEMENT / arrayClasses[dtype].BYTES_PER_ELEMENT;
    return new PickledStorage(this.key, dtype, Math.floor(this.length * ratio), this.start * ratio);
  }
}

/** Limit on the values of a tensor that repeats those of a smaller storage (torch.Tensor.expand). */
const MOST_REPEATED = 2 ** 20;

/** A view of a storage; offset and strides are in values. */
export class PickledTensor {
  /** @throws PickleFault if a value would be outside the storage */
  constructor(
    readonly storage: PickledStorage,
    readonly offset: number,
    readonly shape: Shape,
    readonly strides: readonly number[],
  ) {
    const count = elements(shape);
    const last = offset + shape.reduce((sum, size, axis) => sum + (size - 1) * strides[axis], 0);
    const isEmpty = count === 0 && offset <= storage.length;
    const most = Math.max(storage.length, MOST_REPEATED);
    if (shape.length === strides.length && (isEmpty || (last < storage.length && count <= most))) return;
    throw new PickleFault(
      `a tensor ${formatShape(shape)} with strides ${
        formatShape(strides)
      } at offset ${offset} does not fit its ` +
        `storage of ${storage.length} values; copy the file again`,
    );
  }

  /** True if the values are contiguous in row-major order. */
  get isContiguous(): boolean {
    let step = 1;
    for (let axis = this.shape.length - 1; axis >= 0; axis--) {
      if (this.shape[axis] !== 1 && this.strides[axis] !== step) return false;
      step *= this.shape[axis];
    }
    return true;
  }

  /** Number of values from the first to the last, including those in between. */
  get span(): number {
    if (elements(this.shape) === 0) return 0;
    return 1 + this.shape.reduce((sum, size, axis) => sum + (size - 1) * this.strides[axis], 0);
  }
}
