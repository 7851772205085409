import { assertEquals } from "@std/assert";
import { modelCheckpoint } from "../../../src/train/callbacks/model_checkpoint.ts";
import { readSafetensors } from "../../../src/formats/safetensors.ts";
import type { EpochRecord, RunState } from "../../../src/train/run_state.ts";
import { gpuTest } from "../../rings.ts";
import { classes, smallModel, testDevice } from "../small_run.ts";

gpuTest("modelCheckpoint() writes last each epoch, and best when validation top-1 rises", async () => {
  const device = await testDevice();
  const written: string[] = [];
  const write = (path: string, bytes: Uint8Array) => {
    const { metadata } = readSafetensors(bytes);
    written.push(`${path} ${metadata.get("wgrad.epoch")} ${metadata.get("wgrad.val_acc_top1")}`);
    return Promise.resolve();
  };
  const callback = modelCheckpoint({ folder: "run", imageSize: 32, write });
  const state = { model: smallModel(device), classes, epoch: 0, step: 0, history: [] } as unknown as RunState;
  for (const [epoch, top1] of [.5, .5, .75, undefined].entries()) {
    state.epoch = epoch;
    state.history.push({ epoch, valid: top1 === undefined ? undefined : { top1 } } as unknown as EpochRecord);
    await callback.epochEnd?.(state);
  }
  state.epoch = 4;
  await callback.interrupted?.(state);
  assertEquals(written, [
    "run/best.safetensors 0 0.5",
    "run/last.safetensors 0 0.5",
    "run/last.safetensors 1 0.5",
    "run/best.safetensors 2 0.75",
    "run/last.safetensors 2 0.75",
    "run/best.safetensors 3 NaN",
    "run/last.safetensors 3 NaN",
    "run/last.safetensors 4 NaN",
  ]);
  assertEquals([state.best?.epoch, state.last?.epoch], [3, 4]);
});
