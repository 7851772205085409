/** What a pickle of PyTorch may hold once it is read: plain data, tensors, and things that are of no use here. */
import { elements, formatShape, type Shape } from "../../base/shape.ts";
import { arrayClasses, type Dtype } from "../tensor_data.ts";

/** A Python value. Lists and tuples are arrays, dicts of all kinds maps; whole numbers past 2^53 are bigints. */
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

/** Why a file is not read, as the rest of the sentence "Cannot load x.pth as ..."; turned into a DataError above. */
export class PickleFault extends Error {
  override name = "PickleFault";
}

/** The bytes that were given end within a value. */
export class CutOff extends PickleFault {
  constructor() {
    super("its pickle is cut off: copy the file again");
  }
}

/** A name of Python that pickles may use, with our own meaning: no Python code stands behind it. */
export class Callable {
  constructor(
    readonly name: string,
    /** What calling it gives; by default it may only be named. */
    readonly call: (args: PickleValue[], spend: (work: number) => void) => PickleValue = () => {
      throw new PickleFault(`it wants to call "${name}", which can only be named`);
    },
    /** The dtype that the name of a storage class or a dtype stands for. */
    readonly dtype?: Dtype | undefined,
  ) {}
}

/** An object that is known to be harmless and of no use for weights; what was put into it is forgotten. */
export class Inert {
  constructor(readonly name: string) {}
}

/** A run of values in the file, which several tensors may share. */
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

/** A tensor may repeat the values of a smaller storage (torch.Tensor.expand) up to this many. */
const MOST_REPEATED = 2 ** 20;

/** A view of a storage; offset and strides count values. */
export class PickledTensor {
  /** @throws PickleFault if a value would lie outside the storage */
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
      } from value ${offset} does not fit its ` +
        `storage of ${storage.length} values: copy the file again`,
    );
  }

  /** True if the values lie one after the other in row-major order. */
  get isContiguous(): boolean {
    let step = 1;
    for (let axis = this.shape.length - 1; axis >= 0; axis--) {
      if (this.shape[axis] !== 1 && this.strides[axis] !== step) return false;
      step *= this.shape[axis];
    }
    return true;
  }

  /** Values from the first to the last, those between included. */
  get span(): number {
    if (elements(this.shape) === 0) return 0;
    return 1 + this.shape.reduce((sum, size, axis) => sum + (size - 1) * this.strides[axis], 0);
  }
}
