/**
 * The training step: forward, loss, backward, clipping and AdamW, recorded once for each batch size (an epoch's last
 * batch may be smaller) and replayed. A step reads nothing back; its loss and counts go into the ring (see ring.ts),
 * its scalars come from one buffer. In mixed precision the loss's gradient is scaled, and a step whose gradients have
 * overflowed is skipped, which the GPU decides.
 */
import { LimitError } from "../base/errors.ts";
import { tune } from "../core/choice.ts";
import type { Device } from "../core/device.ts";
import { type Program, recordProgram } from "../core/program.ts";
import { withTape } from "../core/tape.ts";
import { persistent, type Tensor } from "../core/tensor.ts";
import type { Loss } from "../nn/losses.ts";
import type { Model } from "../nn/resnet.ts";
import { backward } from "../ops/backward.ts";
import type { Adamw } from "../optim/adamw.ts";
import { clipByNorm } from "../optim/clip.ts";
import { type Ema, emaDecay } from "../optim/ema.ts";
import { type LossScale, lossScale } from "../optim/loss_scale.ts";
import { EMA_DECAY, RING_SLOT, STEP_SCALARS } from "../optim/step_scalars.ts";
import type { TrainBatch } from "./batch.ts";
import type { Ring } from "./ring.ts";

/** What a step is made of. */
export interface StepParts {
  readonly model: Model;
  readonly loss: Loss;
  readonly optimizer: Adamw;
  readonly ring: Ring;
  readonly imageSize: number;
  /** Averages that follow the model's values after each step, and their decay at most. */
  readonly ema?: { readonly averages: Ema; readonly decay: number };
  /** The largest gradient norm, or null for no clipping. */
  readonly maxNorm: number | null;
  /** Measure kernels before the first step is recorded; by default they are chosen by rule. */
  readonly tuneKernels?: boolean;
  /** Replay a recorded step; false walks the tape each time, for debugging. */
  readonly replay: boolean;
}

/** The training step of a model. */
export interface TrainStep {
  /** Steps so far. */
  readonly step: number;
  /** The gradient's norm and clip factor of the last step, [2]. */
  readonly clip: Tensor;
  /** The dynamic loss scale, in mixed precision. */
  readonly scale: LossScale | undefined;
  /** Records the programs of these batch sizes, so that no memory is taken later. */
  prepare(counts: readonly number[]): Promise<void>;
  /** The recorded step of a batch size, once it is prepared; undefined without replay. */
  program(count: number): Program | undefined;
  /** Trains on one batch at the learning rate `lr`, and leaves its loss and counts in the ring. */
  run(batch: TrainBatch, lr: number): Promise<void>;
  free(): void;
}

/** Steps that the GPU may be behind: more would save nothing and pile up uploaded images. */
const AHEAD = 2;

/** A batch on the GPU, and the program that trains on it. */
interface Prepared {
  readonly images: Tensor;
  readonly labels: Tensor;
  readonly program: Program | undefined;
}

/** Makes the training step of a model. */
export function trainStep(device: Device, parts: StepParts): TrainStep {
  const { model, loss, optimizer, ring, imageSize, maxNorm, replay, ema } = parts;
  const { parameters } = model;
  const scalars = persistent(device, [STEP_SCALARS], "f32", "step scalars");
  const clip = persistent(device, [2], "f32", "gradient norm and clip factor");
  const one = persistent(device, [1], "f32", "gradient of the loss");
  one.write([1]);
  const scale = parameters.halves && lossScale(device, optimizer.betas);
  const sizes = new Map<number, Prepared>();
  const underWay: Promise<unknown>[] = [];
  let step = 0;

  const encode = (images: Tensor, labels: Tensor) => {
    withTape(device, () => {
      const logits = model.forward(images, { training: true });
      const value = loss(logits, labels);
      ring.tally(logits, labels, value, scalars);
      backward(value, scale?.scale ?? one);
    });
    clipByNorm(parameters.gradients, clip, maxNorm, scale?.scale);
    optimizer.step(scale?.update(scalars, clip) ?? scalars, clip);
    ema?.averages.update(scalars);
  };

  const prepare = async (count: number): Promise<Prepared> => {
    const images = persistent(device, [count, imageSize, imageSize, 4], "f32", "images");
    const labels = persistent(device, [count], "u32", "labels");
    const record = () => {
      encode(images, labels);
      return [];
    };
    const prepared = { images, labels, program: replay ? await recordProgram(device, record) : undefined };
    sizes.set(count, prepared);
    return prepared;
  };

  /** Chooses kernels for batches of this size. */
  const tuneFor = async (count: number) => {
    const images = persistent(device, [count, imageSize, imageSize, 4], "f32", "images");
    const labels = persistent(device, [count], "u32", "labels");
    try {
      await tune(device, () => encode(images, labels));
    } finally {
      images.free();
      labels.free();
    }
  };

  return {
    clip,
    scale,
    get step() {
      return step;
    },
    async prepare(counts) {
      const most = Math.max(...counts);
      await sayWhatFits(most, () => parts.tuneKernels ? tuneFor(most) : Promise.resolve());
      for (const count of counts) {
        if (!sizes.has(count)) await sayWhatFits(count, () => prepare(count));
      }
    },
    program: (count) => sizes.get(count)?.program,
    async run(batch, lr) {
      const { images, labels, program } = sizes.get(batch.count) ?? await prepare(batch.count);
      if (underWay.length === AHEAD) await underWay.shift(); // GPU sync point
      step++;
      parameters.batches++;
      batch.into(images);
      labels.write(batch.labels);
      const values = optimizer.scalars(step, lr);
      if (ema) values[EMA_DECAY] = emaDecay(ema.decay, step);
      values[RING_SLOT] = ring.advance();
      scalars.write(values);
      if (program) program.run();
      else device.scope(() => encode(images, labels));
      device.flush();
      underWay.push(device.gpu.queue.onSubmittedWorkDone());
    },
    free() {
      for (const tensor of [scalars, clip, one, scale]) tensor?.free();
      for (const { images, labels, program } of sizes.values()) {
        program?.free();
        images.free();
        labels.free();
      }
    },
  };
}

/** Runs `body`, and names the batch that fits if the adapter is too small for one of `count`. */
async function sayWhatFits<T>(count: number, body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    throw error instanceof LimitError ? error.forBatch(count) : error;
  }
}
