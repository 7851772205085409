import { assertEquals } from "@std/assert";
import { mostBatches } from "../../src/setup/batch_plan.ts";

type Trainer = Parameters<typeof mostBatches>[0]["trainer"];

/** Batches of train, valid and test, which have 10, 7 and 4. */
function used(limits: Partial<Trainer>): number[] {
  const all = {
    fast_dev_run: false,
    overfit_batches: 0,
    limit_train_batches: 1,
    limit_val_batches: 1,
    limit_test_batches: 1,
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
});

Deno.test("mostBatches() overfits on and validates on as many, and tests as it would", () => {
  assertEquals(used({ overfit_batches: 2, limit_train_batches: 5, limit_test_batches: 3 }), [2, 2, 3]);
});

Deno.test("mostBatches() of a fast run is the same for each split", () => {
  assertEquals(used({ fast_dev_run: 5, limit_train_batches: 2, overfit_batches: 3 }), [5, 5, 4]);
});
