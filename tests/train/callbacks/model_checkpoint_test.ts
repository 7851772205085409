import { assertEquals, assertStringIncludes } from "@std/assert";
import { early_stopping } from "../../../src/train/callbacks/early_stopping.ts";
import {
  model_checkpoint,
  modelCheckpoint,
  type ModelCheckpointOptions,
} from "../../../src/train/callbacks/model_checkpoint.ts";
import type { CheckpointStore } from "../../../src/train/callbacks/plugin.ts";
import { checkFileName, fileName } from "../../../src/train/callbacks/checkpoint_name.ts";
import { DIRECTIONS } from "../../../src/metrics/monitored.ts";
import type { RunState } from "../../../src/train/run_state.ts";

/** A store that keeps the epoch of each file, and of the run's own weights, and what was done to it. */
function memoryStore() {
  const files = new Map<string, string>(), own = new Map<string, string>(), log: string[] = [];
  const store: CheckpointStore = {
    folder: "checkpoints/x",
    weights: { best: "run/best", last: "run/last" },
    probe: () => Promise.resolve(),
    write(name, bytes) {
      files.set(name, new TextDecoder().decode(bytes));
      return Promise.resolve(void log.push(`write ${name}`));
    },
    keep(name, as) {
      const content = files.get(name);
      if (content !== undefined) own.set(as, content);
      log.push(`keep ${name} as ${as}`);
      return Promise.resolve(own.has(as));
    },
    remove(name) {
      files.delete(name);
      return Promise.resolve(void log.push(`remove ${name}`));
    },
  };
  return { store, files, own, log };
}

function state(): RunState {
  const run = { epoch: 0, step: 0, history: [], best: undefined, last: undefined };
  const snapshot = () => Promise.resolve(new TextEncoder().encode(`step ${run.step}`));
  return Object.assign(run, { snapshot }) as unknown as RunState;
}

/** One epoch with these results of its validation, up to its end. */
async function epoch(callback: ReturnType<typeof modelCheckpoint>, run: RunState, top1: number, loss = 1) {
  const tally = { loss, top1, top5: 1, rows: 1 };
  run.step += 10;
  await callback.validated?.(run, { epoch: run.epoch, step: run.step, tally, isEpochEnd: true });
  run.history.push(
    { epoch: run.epoch, train: tally, valid: tally } as unknown as RunState["history"][number],
  );
  await callback.epochEnd?.(run);
  run.epoch++;
  await callback.save?.(run, "epoch");
}

const options = (given: object) => model_checkpoint.options.parse(given) as unknown as ModelCheckpointOptions;

Deno.test("modelCheckpoint() keeps the best k and the last, removes what falls out, and names the best", async () => {
  const { store, files, own } = memoryStore();
  const callback = modelCheckpoint(options({ save_top_k: 2 }), store), run = state();
  for (const top1 of [.5, .75, .25, .75, .875, .3]) await epoch(callback, run, top1);
  assertEquals([...files.keys()].sort(), [
    "epoch=01-val_acc=0.7500.safetensors",
    "epoch=04-val_acc=0.8750.safetensors",
    "last.safetensors",
  ]);
  assertEquals(run.best, { path: "run/best", epoch: 4, step: 50, value: .875 });
  assertEquals(run.last?.path, "run/last");
  assertEquals([...own], [["best", "step 50"], ["last", "step 60"]]);
});

Deno.test("modelCheckpoint() writes the new best, then the last by itself, and then removes the old", async () => {
  const { store, log } = memoryStore();
  const callback = modelCheckpoint(options({ save_top_k: 1 }), store), run = state();
  for (const top1 of [.5, .75, .7]) await epoch(callback, run, top1);
  const [first, second] = ["epoch=00-val_acc=0.5000.safetensors", "epoch=01-val_acc=0.7500.safetensors"];
  const last = ["write last.safetensors", "keep last.safetensors as last"];
  assertEquals(log, [
    ...[`write ${first}`, `keep ${first} as best`, ...last],
    ...[`write ${second}`, `keep ${second} as best`, ...last, `remove ${first}`],
    ...last,
  ]);
});

Deno.test("modelCheckpoint() gives a run that goes on its own weights as of its checkpoint, wherever a kill came", async () => {
  const { store, files, own } = memoryStore();
  const callback = modelCheckpoint(options({ save_top_k: 1 }), store), run = state();
  await epoch(callback, run, .5);
  const saved = JSON.parse(JSON.stringify(callback.state!()));
  own.set("best", "step 20").delete("last"); // between the new best and the last
  const again = modelCheckpoint(options({ save_top_k: 1 }), store);
  const resumed = { ...run, best: { ...run.best!, path: "elsewhere/best" } } as RunState;
  await again.load!(saved, resumed);
  assertEquals([own.get("best"), own.get("last"), resumed.best?.path], ["step 10", "step 10", "run/best"]);
  files.clear();
  own.clear();
  await modelCheckpoint(options({}), store).load!(saved, resumed);
  assertEquals(resumed.best, undefined, "its best checkpoint is gone everywhere");
});

Deno.test("modelCheckpoint() goes on from its state, and removes what a kill has left", async () => {
  const { store, files } = memoryStore();
  const callback = modelCheckpoint(options({ save_top_k: 1 }), store), run = state();
  await epoch(callback, run, .5);
  const tally = { loss: 1, top1: .75, top5: 1, rows: 1 };
  await callback.validated?.(run, { epoch: 1, step: 20, tally, isEpochEnd: true });
  const saved = JSON.parse(JSON.stringify(callback.state!()));
  const again = modelCheckpoint(options({ save_top_k: 1 }), store), rest = { ...run, best: undefined };
  await again.load!(saved, rest as RunState);
  assertEquals([...files.keys()], ["last.safetensors"]);
  await epoch(again, { ...run, epoch: 2 } as RunState, .6);
  assertEquals(again.state!(), saved.dropped === undefined ? saved : { ...saved, dropped: undefined });
});

Deno.test("modelCheckpoint() takes the last epoch for the best where a run does not validate", async () => {
  const { store, files } = memoryStore();
  const callback = modelCheckpoint(options({}), store), run = state();
  for (let i = 0; i < 3; i++) {
    run.history.push(
      { epoch: i, train: { loss: 1 }, valid: undefined } as unknown as RunState["history"][number],
    );
    await callback.epochEnd?.(run);
    run.epoch++;
    await callback.save?.(run, "epoch");
  }
  assertEquals([...files.keys()].sort(), ["epoch=02-val_acc=NaN.safetensors", "last.safetensors"]);
});

Deno.test("names of checkpoints follow a template, which may name no folder", () => {
  const at = { epoch: 7, step: 123 };
  assertEquals(fileName(null, "val/acc_top1", at, .93124, new Set()), "epoch=07-val_acc=0.9312.safetensors");
  assertEquals(
    fileName("{step:06d}_{val/loss:.2f}", "val/loss", at, .5, new Set()),
    "000123_0.50.safetensors",
  );
  assertEquals(
    fileName("best", "val/loss", at, .5, new Set(["best.safetensors"])),
    "best-step=123.safetensors",
  );
  assertEquals(fileName(null, null, at, NaN, new Set()), "epoch=07-step=123.safetensors");
  const good = ["{epoch}", "a-{val_acc:.4f}", "{val/acc_top1}"];
  const bad = ["a/b", "{what}", "{epoch", "a\\b", "{val_loss}"];
  const isGood = (name: string) => checkFileName(name, "val/acc_top1");
  assertEquals([good.filter(isGood), bad.filter(isGood)], [good, []]);
  assertEquals(["{epoch}", "{val_acc}"].filter((name) => checkFileName(name, null)), ["{epoch}"]);
});

Deno.test("modelCheckpoint() without a metric keeps the newest epoch's state", async () => {
  const { files, store } = memoryStore();
  const callback = modelCheckpoint(options({ monitor: null, save_top_k: 1, save_last: false }), store);
  const run = state();
  for (const top1 of [.9, .5, .7]) await epoch(callback, run, top1);
  assertEquals([...files.keys()], ["epoch=02-step=30.safetensors"]);
  assertEquals(model_checkpoint.options.safeParse({ monitor: null, save_top_k: 2 }).success, false);
});

Deno.test("the direction belongs to the metric: modelCheckpoint() by a loss keeps the smallest", async () => {
  const { files, store } = memoryStore();
  const callback = modelCheckpoint(
    options({ monitor: "val/loss", save_top_k: 1, save_last: false }),
    store,
  );
  const run = state();
  for (const loss of [.9, .2, .5]) await epoch(callback, run, 0.5, loss);
  assertEquals([...files.keys()], ["epoch=01-val_loss=0.2000.safetensors"]);
});

Deno.test("a mode that contradicts its metric is refused, by every callback that monitors one", () => {
  for (const plugin of [model_checkpoint, early_stopping]) {
    for (const [monitor, direction] of Object.entries(DIRECTIONS)) {
      const other = direction === "max" ? "min" : "max";
      for (const mode of [undefined, null, direction]) plugin.options.parse({ monitor, mode });
      const { error } = plugin.options.safeParse({ monitor, mode: other });
      assertStringIncludes(error!.issues[0].message, `give mode=${direction} or null`);
    }
  }
});

Deno.test("modelCheckpoint() tells the loggers what is there when the training is over, from the oldest on", async () => {
  const told: unknown[] = [];
  const log = { checkpoints: (...all: unknown[]) => Promise.resolve(void told.push(...all)) };
  const { store } = memoryStore();
  const callback = modelCheckpoint(options({ save_top_k: 2 }), store);
  const run = { ...state(), log } as unknown as RunState;
  run.snapshot = () => Promise.resolve(new Uint8Array());
  for (const top1 of [.5, .75, .25, .6, .3]) await epoch(callback, run, top1);
  await callback.fitEnd?.(run);
  const [kept, policy] = told as [{ path: string; score: number; isBest: boolean }[], object];
  assertEquals(kept.map(({ path, isBest }) => [path, isBest]), [
    ["run/best", true],
    ["checkpoints/x/epoch=03-val_acc=0.6000.safetensors", false],
    ["run/last", false],
  ]);
  assertEquals(kept.map(({ score }) => score), [.75, .6, NaN]);
  assertEquals(policy, { monitor: "val/acc_top1", mode: "max", save_top_k: 2, save_last: true });
});

Deno.test("modelCheckpoint() tells of the newest best alone where it keeps no last", async () => {
  const told: { path: string }[] = [];
  const log = { checkpoints: (kept: { path: string }[]) => Promise.resolve(void told.push(...kept)) };
  const callback = modelCheckpoint(options({ save_top_k: 1, save_last: false }), memoryStore().store);
  const run = { ...state(), log } as unknown as RunState;
  for (const top1 of [.5, .75]) await epoch(callback, run, top1);
  await callback.fitEnd?.(run);
  assertEquals(told.map(({ path }) => path), ["run/best"]);
});
