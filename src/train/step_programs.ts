/**
 * The programs of a step: its gradients, recorded for each batch size (an epoch's last batch may be smaller), its
 * update, and with SAM what comes around the second pass over its batches, which replays the gradients.
 */
import { largest } from "../base/lists.ts";
import { LimitError } from "../base/errors.ts";
import { tune } from "../core/choice.ts";
import type { Device } from "../core/device.ts";
import { type Program, recordProgram, type Watched } from "../core/program.ts";
import { type BatchSlot, batchSlot, type BatchSlotOptions } from "./batch_slot.ts";
import type { StepWork } from "./step_work.ts";

/** How the work is recorded. */
export interface ProgramOptions extends Omit<BatchSlotOptions, "rows"> {
  /** Measure kernels before the first program is recorded; by default they are chosen by rule. */
  readonly tuneKernels?: boolean | undefined;
  /** Replay recorded programs; false walks the tape each time, for debugging. */
  readonly replay: boolean;
}

/** Half of a step, ready to run. */
export interface Half {
  /** Encodes it, without submitting. */
  encode(): void;
  /**
   * The same where batch norms normalise by the rows of other ranks, too, for which it is submitted in parts; says when
   * tensors are final.
   */
  encodeInParts(watched?: Watched): Promise<void>;
  /** Undefined without replay. */
  readonly program: Program | undefined;
  free(): void;
}

/** Memory for batches of a size, and the two halves of their step. */
export interface SizedStep extends SharedHalves {
  readonly slot: BatchSlot;
  readonly gradients: Half;
}

/** The parts of a step that are the same for all batch sizes. */
export interface SharedHalves {
  readonly update: Half;
  /** Before and after the second pass over the step's batches, if there is one. */
  readonly ascent: { readonly climb: Half; readonly comeBack: Half } | undefined;
}

/** The programs by batch size. */
export interface StepPrograms {
  /** The step for a batch size; recorded on first use, unless it is prepared. For none, one of another size. */
  of(count: number): Promise<SizedStep>;
  /** The same, if it is prepared. */
  prepared(count: number): SizedStep | undefined;
  /**
   * Records the programs of these batch sizes, so that no memory is allocated later.
   * @throws LimitError with the batch size that fits, if the adapter is too small for one of them
   */
  prepare(counts: readonly number[]): Promise<void>;
  free(): void;
}

/** Creates the programs of a step's work; none is recorded yet. */
export function stepPrograms(device: Device, work: StepWork, options: ProgramOptions): StepPrograms {
  const { imageSize, classes, target, tuneKernels = false, replay } = options;
  const sizes = new Map<number, SizedStep>();
  let shared: SharedHalves | undefined;
  const slotOf = (rows: number) => batchSlot(device, { rows, imageSize, classes, target });

  const record = async (count: number): Promise<SizedStep> => {
    const slot = slotOf(count);
    const gradients = await halfOf(device, () => work.gradients(slot), replay);
    shared ??= {
      update: await halfOf(device, work.update, replay),
      ascent: work.ascent && {
        climb: await halfOf(device, work.ascent.climb, replay),
        comeBack: await halfOf(device, work.ascent.comeBack, replay),
      },
    };
    const sized = { slot, gradients, ...shared };
    sizes.set(count, sized);
    return sized;
  };

  /** Chooses kernels for batches of this size, and for the update. */
  const tuneFor = async (count: number) => {
    const slot = slotOf(count);
    try {
      await tune(device, () => {
        work.gradients(slot);
        work.update();
      });
    } finally {
      slot.free();
    }
  };

  return {
    async of(count) {
      const known = count === 0 ? sizes.values().next().value : sizes.get(count);
      return known ?? await record(Math.max(1, count));
    },
    prepared: (count) => sizes.get(count),
    async prepare(counts) {
      const most = largest(counts);
      if (tuneKernels) await sayWhatFits(most, () => tuneFor(most));
      for (const count of counts) {
        if (!sizes.has(count)) await sayWhatFits(count, () => record(count));
      }
    },
    free() {
      for (const { slot, gradients } of sizes.values()) {
        slot.free();
        gradients.free();
      }
      for (const half of [shared?.update, shared?.ascent?.climb, shared?.ascent?.comeBack]) half?.free();
    },
  };
}

/** Records what `body` runs; without replay it runs again each time. */
async function halfOf(device: Device, body: () => void, replay: boolean): Promise<Half> {
  if (!replay) {
    const encode = () => device.scope(body);
    const encodeInParts = (watched?: Watched) => {
      encode();
      watched?.tensors.forEach((_, i) => watched.final(i));
      return Promise.resolve();
    };
    return { encode, encodeInParts, program: undefined, free: () => {} };
  }
  const program = await recordProgram(device, () => {
    body();
    return [];
  });
  return {
    encode: () => program.encode(),
    encodeInParts: (watched) => program.encodeInParts(watched),
    program,
    free: () => program.free(),
  };
}

/** Runs `body`, and reports the batch size that fits if the adapter is too small for `count`. */
async function sayWhatFits<T>(count: number, body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    throw error instanceof LimitError ? error.forBatch(count) : error;
  }
}
