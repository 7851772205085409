import { assertEquals } from "@std/assert";
import { loadConfig } from "../../src/config/mod.ts";
import { denoConfigFiles } from "../../src/host/deno_config.ts";
import { makeHostLoss } from "../../src/nn/losses/mod.ts";
import { isBalancedBySampler, lossContext, weighsClasses } from "../../src/setup/loss_context.ts";

const config = (...overrides: string[]) => loadConfig(denoConfigFiles(), overrides);

const classes = ["0", "00"];

/** Three samples of class 0 and one of class 1. */
const samples = [0, 0, 0, 1].map((label, i) => ({ path: `${i}.png`, label }));

Deno.test("balanced class weights follow from the train split's counts", () => {
  const context = lossContext(config("loss.name=focal"), { classes, store: () => ({ samples }) });
  assertEquals([context.classes, context.focalBy], [2, "softmax"]);
  assertEquals(context.classWeights!(), Float64Array.of(.5, 1.5));
});

Deno.test("class weights are left out, and train is not asked for, without them or beside a sampler that balances", () => {
  const cases: [string[], weighs: boolean, bySampler: boolean][] = [
    [["loss.class_weights=balanced"], true, false],
    [["loss.class_weights=none"], false, false],
    [["loss.class_weights=balanced", "data.sampler.mode=auto"], false, true],
    [["loss.class_weights=none", "data.sampler.mode=auto"], false, false],
    [["loss.class_weights=balanced", "data.sampler.mode=manual"], true, false],
    [["loss.class_weights=balanced", "data.sampler.mode=auto", "compat=reference"], true, false],
  ];
  for (const [overrides, weighs, bySampler] of cases) {
    const given = config(...overrides);
    assertEquals(
      [weighsClasses(given), isBalancedBySampler(given)],
      [weighs, bySampler],
      overrides.join(" "),
    );
    const asked: string[] = [];
    const store = (split: string) => (asked.push(split), { samples });
    makeHostLoss(given.loss, lossContext(given, { classes, store }));
    assertEquals(asked.length, weighs ? 1 : 0, overrides.join(" "));
  }
});
