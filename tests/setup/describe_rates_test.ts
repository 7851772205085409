import { assertEquals, assertMatch } from "@std/assert";
import type { Config } from "../../src/config/mod.ts";
import { describeCurve } from "../../src/setup/describe_rates.ts";
import { describeConfig } from "../../src/setup/describe_run.ts";
import { rng } from "../../src/base/rng.ts";
import { type RateRange, RateTest } from "../../src/train/rate_range.ts";

/** What is said of a test whose losses follow from the rate, and from the step. */
function said(
  loss: (rate: number, scatter: number) => number,
  changes: Partial<RateRange> = {},
  optimizer: Record<string, unknown> = { name: "sgd", lr: 0.1 },
): string[] {
  const range = { min_lr: 1e-6, max_lr: 1, num_training: 60, early_stop_threshold: 4, ...changes };
  const test = new RateTest(range), stream = rng(11, "losses");
  while (test.next !== undefined) test.add(loss(test.next, stream.normal()));
  const config = { trainer: { lr_range: range }, optimizer, scheduler: { name: "constant" } };
  return describeCurve(config as unknown as Config, test.curve);
}

const falling = (rate: number) => 2 - 1.5 / (1 + (3e-3 / rate) ** 2);

Deno.test("a clear fall gives the override to copy, Muon's with the rate of its AdamW", () => {
  assertMatch(said(falling)[1], /^suggest optimizer\.lr=0\.00\d+ {2}\(/);
  const muon = { name: "muon", lr: 0.02, adamw_lr: 0.002 };
  assertMatch(
    said(falling, {}, muon)[1],
    /^suggest optimizer\.lr=0\.00(\d)\d optimizer\.adamw_lr=\1\.\de-4 {2}/,
  );
});

Deno.test("a loss that still falls at the highest rate is remarked on", () => {
  const [, , note] = said(falling, { max_lr: 3e-3 });
  assertMatch(note, /still falls at the highest rate; trainer\.lr_range\.max_lr=0\.3 shows/);
  assertEquals(said((rate) => rate < 0.1 ? falling(rate) : 9).length, 2);
});

Deno.test("nothing is suggested with its cause and cure", () => {
  const scattered = said((_, z) => 2.4 + 0.2 * z);
  assertMatch(scattered[1], /scatter of single steps \(0\.\d+\).*num_training=120\), larger batches/);
  const ended = said((_, z) => 2.4 + 0.5 * z, { early_stop_threshold: 1.05 });
  assertMatch(ended[0], /^rates {3}\d+ of 60 steps, .* where the smoothed loss was 1\.05 times its lowest$/);
  assertMatch(ended[1], /ended the test before .* trainer\.lr_range\.early_stop_threshold=null/);
  const risen = said((rate, z) => 2 + 1e6 * rate + 0.01 * z);
  assertMatch(
    risen[1],
    /rises before any clear fall: begin at a lower rate \(trainer\.lr_range\.min_lr=1e-8\)/,
  );
  assertMatch(said((rate) => rate < 4e-6 ? 2 : NaN)[1], /not finite after \d+ steps: begin at a lower rate/);
  assertMatch(said(() => NaN)[0], /^rates {3}none: the loss was not finite at the first, 1e-6$/);
});

const run = {
  experiment: "train",
  seed: 1,
  data: { batch_size: 32 },
  optimizer: { name: "muon", lr: 0.02, adamw_lr: 5e-4, sam: { rho: 0.05 } },
  scheduler: { name: "one_cycle", max_lr: 0.04 },
  trainer: {
    lr_find: false,
    lr_range: { num_training: 60 },
    max_epochs: 4,
    precision: "32-true",
    accumulate_grad_batches: 2,
    fast_dev_run: false,
    overfit_batches: 0,
    limit_train_batches: 3,
    limit_val_batches: "1.0",
    limit_test_batches: "1.0",
  },
};

Deno.test("the configuration in a line has optimiser, SAM, accumulation, limits and rates", () => {
  assertEquals(
    describeConfig(run as unknown as Config),
    "train, 4 epochs, batch 32 x 2, limit_train_batches=3, 32-true, " +
      "muon with SAM at lr 0.04 (adamw_lr 0.001) by one_cycle, seed 1",
  );
  const looking = { ...run, trainer: { ...run.trainer, lr_find: true, fast_dev_run: true } };
  assertMatch(
    describeConfig(looking as unknown as Config),
    /^train, 60 steps at rising rates, batch 32 x 2, limit_train_batches=3, .* muon with SAM, seed 1$/,
  );
});
