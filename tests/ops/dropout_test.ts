import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { threefry2x32 } from "../../src/base/rng.ts";
import { type Tensor, tensorOf } from "../../src/core/tensor.ts";
import { type Drawing, dropout, stochasticDepth } from "../../src/ops/dropout.ts";
import { gpuTest } from "../rings.ts";
import { noise, opTest, testDevice } from "./op_case.ts";

const STEP = 1, BATCH_OF_STEP = 3;
const draws = { keep: .7, key: [3_000_000_019, 5], step: STEP, batchOfStep: BATCH_OF_STEP } as const;
const scalars = { shape: [4], values: Float64Array.of(9, 41, 9, 2), dtype: "f32" as const };

/** 1 / keep for what is kept, as src/base/rng.ts draws it: by element, or by row of `row` elements. */
function factors(count: number, row?: number): Float64Array {
  const key = threefry2x32(draws.key, [41, 2]);
  return Float64Array.from({ length: count }, (_, i) => {
    const place = row === undefined ? i >> 2 : Math.floor(i / row), part = row === undefined ? i % 4 : 0;
    const word = threefry2x32(key, [place, part >> 1])[part % 2];
    return word >>> 8 < Math.round(draws.keep * 2 ** 24) ? 1 / draws.keep : 0;
  });
}

const shape = [5, 3, 1, 12];

opTest("dropout() keeps the elements that the seed, the step and their places say", {
  inputs: { x: { shape, values: noise(shape, "x") }, scalars },
  run: ({ x, scalars }) => dropout(x, { ...draws, scalars }),
  reference({ x, dy }) {
    const all = factors(x.length);
    return { y: x.map((value, i) => value * all[i]), dx: dy.map((value, i) => value * all[i]) };
  },
});

opTest("stochasticDepth() keeps whole images, and adds what the block read", {
  inputs: { x: { shape, values: noise(shape, "x") }, z: { shape, values: noise(shape, "z") }, scalars },
  slots: false,
  run: ({ x, z, scalars }) => stochasticDepth(x, { ...draws, scalars }, z),
  reference({ x, z, dy }) {
    const all = factors(x.length, 36);
    return {
      y: x.map((value, i) => z[i] + value * all[i]),
      dx: dy.map((value, i) => value * all[i]),
      dz: dy,
    };
  },
});

gpuTest(
  "what is dropped changes with the step, the batch of the step and the layer, and is the share asked for",
  async () => {
    const device = await testDevice();
    await device.scope(async () => {
      const ones = tensorOf(device, new Array(40_000).fill(1), [100, 1, 1, 400]);
      const masks: string[] = [];
      const draw = async (
        op: (x: Tensor, how: Drawing) => Tensor,
        values: number[],
        key: readonly [number, number],
      ) => {
        const scalars = tensorOf(device, values, [4]);
        return await op(ones, { ...draws, key, scalars }).read();
      };
      for (
        const [values, key] of [[[0, 1, 0, 0], [1, 2]], [[0, 2, 0, 0], [1, 2]], [[0, 1, 0, 1], [1, 2]], [[
          0,
          1,
          0,
          0,
        ], [1, 3]]]
      ) {
        const all = await draw(dropout, values, key as [number, number]);
        assertAlmostEquals(all.filter((value) => value > 0).length / all.length, draws.keep, .01);
        masks.push(all.slice(0, 400).join());
        const rows = await draw(stochasticDepth, values, key as [number, number]);
        const kept = Array.from({ length: 100 }, (_, n) => new Set(rows.subarray(n * 400, (n + 1) * 400)));
        assert(kept.every(({ size }) => size === 1), "an image is kept or dropped as a whole");
        masks.push(kept.map((one) => [...one]).join());
      }
      assertEquals(new Set(masks).size, masks.length);
    });
  },
);

gpuTest("ranks drop of their rows what one process drops of all", async () => {
  const device = await testDevice();
  await device.scope(async () => {
    const [rows, row, size] = [7, 24, 3], step = tensorOf(device, [...scalars.values], [4]);
    const values = noise([rows, row], "x");
    const x = tensorOf(device, Float32Array.from(values), [rows, row]);
    for (const op of [dropout, (x: Tensor, how: Drawing) => stochasticDepth(x, how)]) {
      const whole = await op(x, { ...draws, scalars: step }).read();
      for (let rank = 0; rank < size; rank++) {
        const own = [...Array(rows).keys()].filter((i) => i % size === rank);
        const part = (all: ArrayLike<number>) =>
          Float32Array.from(own.flatMap((i) => [...Array.prototype.slice.call(all, i * row, (i + 1) * row)]));
        const y = op(tensorOf(device, part(values), [own.length, row]), {
          ...draws,
          scalars: step,
          share: { rank, size },
        });
        assertEquals(await y.read(), part(whole), `rank ${rank}`);
      }
    }
  });
});

gpuTest("dropout() and stochasticDepth() keep something", async () => {
  const device = await testDevice();
  device.scope(() => {
    const x = tensorOf(device, [1, 2, 3, 4], [1, 4]), how = { ...draws, keep: 0, scalars: x };
    assertThrows(
      () => dropout(x, how),
      RangeError,
      "keep must be more than 0 and at most 1, current value is 0",
    );
    assertThrows(() => stochasticDepth(x, how), RangeError, "Cannot run stochastic_depth: keep must be");
  });
});
