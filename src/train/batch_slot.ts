/** GPU memory for batches, for a program that is recorded once and run on each of them. */
import type { Device } from "../core/device.ts";
import { persistent, type Tensor } from "../core/tensor.ts";
import type { HostTarget } from "../data/target.ts";
import { mixTargets } from "../ops/mix_targets.ts";
import { IGNORED_LABEL, type Target } from "../ops/target.ts";
import type { TrainBatch } from "./batch.ts";

/** Memory for a batch. */
export interface BatchSlot {
  /** [rows, H, W, 4] */
  readonly images: Tensor;
  /** The target for losses; encodes computing it from what was written. */
  target(): Target;
  /**
   * Uploads a batch. In rows that it does not fill, the images are unchanged and the targets are ignored.
   * @throws TypeError if its target is of another kind
   */
  write(batch: TrainBatch): void;
  /** Makes all images 0, for a pass whose results do not count. */
  clear(): void;
  free(): void;
}

/** The size and kind of batches. */
export interface BatchSlotOptions {
  /** Maximum number of rows in a batch. */
  readonly rows: number;
  readonly imageSize: number;
  readonly classes: number;
  /** The kind of their targets; "indices" by default. */
  readonly target?: HostTarget["kind"] | undefined;
}

/** Allocates memory for batches; it outlives every scope until `free()`. */
export function batchSlot(device: Device, options: BatchSlotOptions): BatchSlot {
  const { rows, imageSize, target: kind = "indices" } = options;
  const images = persistent(device, [rows, imageSize, imageSize, 4], "f32", "images");
  const target = kind === "indices" ? indexSlot(device, options) : mixedSlot(device, options);
  return {
    images,
    target: target.encode,
    write(batch) {
      batch.into(images);
      target.write(batch.target);
    },
    clear: () => device.clear(images.buffer, images.bytes),
    free() {
      images.free();
      target.free();
    },
  };
}

/** Memory for the target of a batch. */
interface TargetSlot {
  write(target: HostTarget): void;
  encode(): Target;
  free(): void;
}

function indexSlot(device: Device, { rows }: BatchSlotOptions): TargetSlot {
  const labels = persistent(device, [rows], "u32", "labels");
  return {
    write(target) {
      if (target.kind !== "indices") throw otherKind(target, "indices");
      fill(labels, target.labels, IGNORED_LABEL);
    },
    encode: () => ({ kind: "indices", values: labels }),
    free: () => labels.free(),
  };
}

function mixedSlot(device: Device, { rows, classes }: BatchSlotOptions): TargetSlot {
  const first = persistent(device, [rows], "u32", "first labels");
  const second = persistent(device, [rows], "u32", "second labels");
  const shares = persistent(device, [rows], "f32", "shares of the first labels");
  return {
    write(target) {
      if (target.kind !== "mixed") throw otherKind(target, "mixed");
      fill(first, target.first, IGNORED_LABEL);
      fill(second, target.second, IGNORED_LABEL);
      fill(shares, target.shares, 0);
    },
    encode: () => mixTargets({ first, second, shares }, classes),
    free: () => [first, second, shares].forEach((tensor) => tensor.free()),
  };
}

/** Writes `values` to the first elements, and `rest` to the others. */
function fill(tensor: Tensor, values: Uint32Array | Float32Array, rest: number): void {
  if (values.length === tensor.size) return tensor.write(values);
  const all = tensor.dtype === "u32" ? new Uint32Array(tensor.size) : new Float32Array(tensor.size);
  all.fill(rest).set(values);
  tensor.write(all);
}

function otherKind({ kind }: HostTarget, own: HostTarget["kind"]): TypeError {
  return new TypeError(
    `Cannot take a batch whose target is of kind "${kind}": the step or evaluator was made for "${own}", ` +
      `give it target: "${kind}"`,
  );
}
