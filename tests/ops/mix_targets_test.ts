import { assertEquals, assertThrows } from "@std/assert";
import { rng } from "../../src/base/rng.ts";
import { roundUp } from "../../src/base/shape.ts";
import { recordProgram } from "../../src/core/program.ts";
import { persistent, type Tensor, tensorOf } from "../../src/core/tensor.ts";
import { crossEntropy } from "../../src/ops/cross_entropy.ts";
import { mixTargets } from "../../src/ops/mix_targets.ts";
import { IGNORED_LABEL } from "../../src/ops/target.ts";
import { randomLabels, randomUniform } from "../reference/random.ts";
import { gpuTest } from "../rings.ts";
import { testDevice } from "./op_case.ts";

/** Probabilities of these pairs, [N, columns]. */
async function mixed(
  first: number[],
  second: number[],
  shares: number[],
  classes: number,
): Promise<number[]> {
  const device = await testDevice(), n = first.length;
  const live = device.pool.stats().live;
  const values = await device.scope(() => {
    const pairs = {
      first: tensorOf(device, first, [n], "u32"),
      second: tensorOf(device, second, [n], "u32"),
      shares: tensorOf(device, shares, [n]),
    };
    const { kind, values } = mixTargets(pairs, classes);
    assertEquals([kind, values.shape], ["probabilities", [n, roundUp(classes, 4)]]);
    return values.read();
  });
  assertEquals(device.pool.stats().live, live);
  return [...values];
}

gpuTest("mixTargets() is share * one_hot(first) + (1 - share) * one_hot(second), in float32", async () => {
  for (const [n, classes] of [[1, 2], [7, 10], [67, 13], [5, 1003]]) {
    const stream = rng(42, "mix", n, classes), columns = roundUp(classes, 4);
    const [first, second] = [0, 1].map(() => [...randomLabels(stream, n, classes)]);
    const shares = [...randomUniform(stream, n)];
    const expected = new Float32Array(n * columns);
    for (let row = 0; row < n; row++) {
      expected[row * columns + first[row]] = shares[row];
      expected[row * columns + second[row]] += Math.fround(1 - shares[row]);
    }
    assertEquals(await mixed(first, second, shares, classes), [...expected], `${n} rows, ${classes} classes`);
  }
});

gpuTest("mixTargets() of one class twice is exactly 1, whatever the share", async () => {
  const shares = [0, 1, .1, .3, .7, 1 / 3, 1e-9];
  const ones = shares.map(() => 1);
  const values = await mixed(ones, ones, shares, 3);
  assertEquals(values, shares.flatMap(() => [0, 1, 0, 0]));
});

gpuTest("mixTargets() leaves ignored rows empty, and makes a label that is no class NaN", async () => {
  const first = [IGNORED_LABEL, 1, 5, 2, 4], second = [IGNORED_LABEL, IGNORED_LABEL, 0, 5, 4];
  const values = await mixed(first, second, [.5, .25, .5, .5, .5], 5);
  assertEquals(values.slice(0, 8), new Array(8).fill(0));
  assertEquals(values[8 + 1], NaN);
  assertEquals(values[16], NaN);
  assertEquals(values[24 + 2], NaN);
  assertEquals(values.slice(32), [0, 0, 0, 0, 1, 0, 0, 0]);
});

gpuTest("mixTargets() is made anew from what was written when its program is replayed", async () => {
  const device = await testDevice();
  const first = persistent(device, [2], "u32"), second = persistent(device, [2], "u32");
  const shares = persistent(device, [2]), logits = persistent(device, [2, 4]);
  logits.write([1, 2, 3, 9, 3, 1, 2, 9]);
  let loss!: Tensor;
  const program = await recordProgram(device, () => {
    return [loss = crossEntropy(logits, mixTargets({ first, second, shares }, 3), { classes: 3 })];
  });
  const cost = (row: readonly number[], c: number) =>
    Math.log(row.reduce((sum, z) => sum + Math.exp(z), 0)) - row[c];
  for (const share of [.25, 1]) {
    first.write([0, 1]);
    second.write([2, 2]);
    shares.write([share, share]);
    program.run();
    const expected = [[1, 2, 3], [3, 1, 2]].map((row, i) =>
      share * cost(row, i) + (1 - share) * cost(row, 2)
    );
    const [actual] = await loss.read();
    assertEquals(
      Math.abs(actual - (expected[0] + expected[1]) / 2) < 1e-5,
      true,
      `share ${share}: ${actual}`,
    );
  }
  program.free();
  for (const tensor of [first, second, shares, logits]) tensor.free();
});

gpuTest("mixTargets() says which shape or type does not fit", async () => {
  const device = await testDevice();
  device.scope(() => {
    const labels = tensorOf(device, [0, 1], [2], "u32"), shares = tensorOf(device, [0, 1], [2]);
    const one = tensorOf(device, [0], [1], "u32");
    const pairs = { first: labels, second: labels, shares };
    const cases: [() => void, string][] = [
      [() => mixTargets({ ...pairs, second: one }, 3), "second must be [N] = [2]"],
      [() => mixTargets({ ...pairs, first: shares }, 3), "first [2] must be u32"],
      [() => mixTargets({ ...pairs, shares: labels }, 3), "shares [2] u32 must be f32"],
    ];
    for (const [run, message] of cases) assertThrows(run, TypeError, message);
  });
});
