import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../src/base/errors.ts";
import { Float } from "../../src/base/float.ts";
import { loadConfig } from "../../src/config/mod.ts";
import { denoConfigFiles } from "../../src/host/deno_config.ts";
import { leastBatch, mostBatches, planBatches } from "../../src/setup/batch_plan.ts";

type Trainer = Parameters<typeof mostBatches>[0]["trainer"];

/** Batches of train, valid and test, which have 10, 7 and 4. */
function used(limits: Partial<Trainer>): number[] {
  const all = {
    fast_dev_run: false,
    overfit_batches: 0,
    limit_train_batches: new Float(1),
    limit_val_batches: new Float(1),
    limit_test_batches: new Float(1),
  };
  const trainer = { ...all, ...limits } as Trainer;
  return ([["train", 10], ["valid", 7], ["test", 4]] as const)
    .map(([split, batches]) => mostBatches({ trainer }, split, batches));
}

Deno.test("mostBatches() takes all, a share of a split, or so many of its batches", () => {
  assertEquals(used({}), [10, 7, 4]);
  assertEquals(used({ limit_train_batches: 0.25, limit_val_batches: 0.5, limit_test_batches: 0.01 }), [
    2,
    3,
    1,
  ]);
  assertEquals(used({ limit_train_batches: 3, limit_val_batches: 0, limit_test_batches: 99 }), [3, 0, 4]);
  assertEquals(used({ limit_train_batches: 1, overfit_batches: new Float(0) }), [1, 7, 4]);
  assertEquals(used({ overfit_batches: new Float(1), limit_test_batches: 1 }), [10, 7, 1]);
});

Deno.test("mostBatches() overfits on and validates on as many, and tests as it would", () => {
  assertEquals(used({ overfit_batches: 2, limit_train_batches: 5, limit_test_batches: 3 }), [2, 2, 3]);
});

Deno.test("mostBatches() of a fast run is the same for each split", () => {
  assertEquals(used({ fast_dev_run: 5, limit_train_batches: 2, overfit_batches: 3 }), [5, 5, 4]);
});

const configOf = (...overrides: string[]) => loadConfig(denoConfigFiles(), overrides);

Deno.test("leastBatch() is 2 where the last stage of a network has one pixel, as in PyTorch", () => {
  for (const [size, least] of [[32, 2], [33, 1], [64, 1], [16, 2], [224, 1]]) {
    for (const model of ["resnet18", "resnet50"]) {
      assertEquals(
        leastBatch(configOf(`model=${model}`, `data.image_size=${size}`)),
        least,
        `${model} ${size}`,
      );
    }
  }
});

Deno.test("a last batch that is too small to train on is left out", () => {
  const plan = (samples: number, least: number, ...more: string[]) => {
    const { leavesOut, trainSizes, train } = planBatches(
      configOf("data.batch_size=16", "data.image_size=32", ...more),
      () => samples,
      samples,
      least,
    );
    return [leavesOut, trainSizes(), train().most];
  };
  assertEquals(plan(33, 2), [1, [16], 2]);
  assertEquals(plan(33, 1), [0, [16, 1], 3]);
  assertEquals(plan(34, 2), [0, [16, 2], 3]);
  assertEquals(plan(33, 2, "data.drop_last=true"), [0, [16], 2]);
  assertThrows(() => plan(1, 2), ConfigError, "Cannot train on 1 image at a time: at 32 px");
  assertThrows(
    () => plan(32, 2, "data.batch_size=1"),
    ConfigError,
    "raise data.batch_size or data.image_size",
  );
});

Deno.test("ranks plan as many batches, of which each has its share", () => {
  const plan = (samples: number, least: number, size = 2) =>
    Array.from({ length: size }, (_, rank) => {
      const config = configOf("data.batch_size=16", "data.image_size=32");
      const plan = planBatches(config, () => samples, samples, least, { rank, size });
      return [plan.leavesOut, plan.trainSizes(), plan.train().most, plan.evaluation("valid").most];
    });
  assertEquals(plan(69, 1), [[0, [16, 3], 3, 3], [0, [16, 2], 3, 3]]);
  assertEquals(plan(65, 1), [[0, [16, 1], 3, 3], [0, [16], 3, 3]]);
  assertEquals(plan(67, 2), [[3, [16], 2, 3], [3, [16], 2, 3]], "the second rank would have one image");
  assertEquals(plan(68, 2), [[0, [16, 2], 3, 3], [0, [16, 2], 3, 3]]);
  assertEquals(plan(1, 1), [[0, [1], 1, 1], [0, [1], 1, 1]], "a rank without images records a step of one");
  assertThrows(() => plan(5, 2, 3), ConfigError, "Cannot train on 2 image at a time");
});
