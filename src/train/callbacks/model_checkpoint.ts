import * as z from "zod";
import type { Callback } from "../callback.ts";
import { encodeCheckpoint } from "../checkpoint.ts";
import type { RunState, SavedCheckpoint } from "../run_state.ts";
import { defineCallback } from "./plugin.ts";

/** How checkpoints are written. */
export interface ModelCheckpointOptions {
  /** Folder of `best.safetensors` and `last.safetensors`. */
  readonly folder: string;
  readonly imageSize: number;
  /** Writes a file whole or not at all. */
  readonly write: (path: string, bytes: Uint8Array) => Promise<void>;
}

/**
 * Writes `last` after each epoch and when the run is interrupted, and `best` when validation top-1 rises; without
 * validation the last epoch is the best.
 */
export function modelCheckpoint({ folder, imageSize, write }: ModelCheckpointOptions): Callback {
  const save = async (state: RunState, names: readonly string[], accuracy: number) => {
    const { model, classes, epoch, step } = state;
    const bytes = await encodeCheckpoint(model, { epoch, step, classes, imageSize, accuracy });
    for (const name of names) await write(`${folder}/${name}.safetensors`, bytes);
    const saved = (name: string): SavedCheckpoint => ({
      path: `${folder}/${name}.safetensors`,
      epoch,
      value: accuracy,
    });
    state.last = saved("last");
    if (names.includes("best")) state.best = saved("best");
  };
  return {
    name: "model_checkpoint",
    async epochEnd(state) {
      const accuracy = state.history.at(-1)?.valid?.top1 ?? NaN;
      const isBest = Number.isNaN(accuracy) || state.best === undefined || accuracy > state.best.value;
      await save(state, isBest ? ["best", "last"] : ["last"], accuracy);
    },
    interrupted: (state) => save(state, ["last"], NaN),
  };
}

/** As a plug-in. */
export const model_checkpoint = defineCallback({
  options: z.strictObject({
    monitor: z.string().min(1).default("val/acc_top1").describe("Metric that chooses the best"),
    mode: z.enum(["max", "min"]).default("max").describe("Which way is better"),
    save_top_k: z.int().min(-1).default(3).describe("How many of the best are kept; -1: all"),
    save_last: z.boolean().default(true).describe("Keep the last epoch's too"),
    filename: z.string().min(1).nullable().default(null).describe(
      "Name of the best; null: epoch=07-val_acc=0.9312",
    ),
  }).describe("Keeps the best weights and the last"),
  make: (_, { folder, imageSize, write }) =>
    modelCheckpoint({ folder: `${folder}/checkpoints`, imageSize, write }),
});
