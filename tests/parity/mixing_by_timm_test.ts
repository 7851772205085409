/** Batches that timm mixed (tests/fixtures/maker/mixing.py): images, targets, and losses of these with gradients. */
import { assert, assertEquals } from "@std/assert";
import { withTape } from "../../src/core/tape.ts";
import { type Tensor, tensorOf } from "../../src/core/tensor.ts";
import { type BatchMix, mixedTarget, mixImages } from "../../src/data/mixing/batch_mix.ts";
import { backward } from "../../src/ops/backward.ts";
import { crossEntropy } from "../../src/ops/cross_entropy.ts";
import { focal } from "../../src/ops/focal.ts";
import { mixTargets } from "../../src/ops/mix_targets.ts";
import type { Target } from "../../src/ops/target.ts";
import { deviceTest } from "../core/fixtures.ts";

type Box = [top: number, left: number, height: number, width: number];

interface Cases {
  readonly side: number;
  readonly classes: number;
  readonly cases: readonly {
    readonly options: { readonly mode: string };
    readonly labels: number[];
    readonly images: number[];
    readonly rows: readonly { readonly share: number; readonly own: number; readonly box: Box }[];
    readonly mixed: number[];
    readonly target: number[];
    readonly logits: number[];
    readonly weight: number[];
    readonly losses: Readonly<Record<string, { readonly loss: number; readonly dlogits: number[] }>>;
  }[];
}

const { side, classes, cases }: Cases = JSON.parse(
  Deno.readTextFileSync(new URL("../fixtures/parity/mixing.json", import.meta.url)),
);

const LIMIT = 2e-5;

function expectNear(actual: ArrayLike<number>, expected: readonly number[], what: string) {
  assertEquals(actual.length, expected.length, what);
  const largest = Math.max(...expected.map(Math.abs));
  const worst = Math.max(...expected.map((value, i) => Math.abs(value - actual[i]))) / largest;
  assert(worst <= LIMIT, `${what} differs by ${worst} of the largest`);
}

/** Rows of `given` values as rows of `wanted`, with zeros for what is added. */
function widened(values: readonly number[], given: number, wanted: number): Float32Array {
  const rows = values.length / given, all = new Float32Array(rows * wanted);
  values.forEach((value, i) => all[Math.floor(i / given) * wanted + i % given] = value);
  return all;
}

const mixOf = ({ rows }: Cases["cases"][number]): BatchMix => ({
  partner: "mirrored",
  rows: rows.map(({ share, own, box: [top, left, height, width] }) => ({
    share,
    own,
    box: { top, left, height, width },
  })),
});

/** The losses by their names in the file; timm's own smooths the target, and has no class weights. */
const losses: Readonly<Record<string, (logits: Tensor, target: Target, weights: Tensor) => Tensor>> = {
  soft_target_cross_entropy: (x, target) => crossEntropy(x, target, { classes, labelSmoothing: 0.1 }),
  cross_entropy: (x, target, weights) => crossEntropy(x, target, { classes, labelSmoothing: 0.1, weights }),
  focal: (x, target, weights) => focal(x, target, { classes, gamma: 2, weights }),
};

for (const [i, given] of cases.entries()) {
  const name = `case ${i}, mode ${given.options.mode}`;
  Deno.test(`mixImages() makes of images what timm makes of them: ${name}`, () => {
    const images = widened(given.images, 3, 4);
    mixImages(images, side, mixOf(given));
    expectNear(images, [...widened(given.mixed, 3, 4)], "images");
  });

  deviceTest(
    `losses of mixed targets and their gradients are those of timm's targets: ${name}`,
    async (device) => {
      const mixed = mixedTarget(Uint32Array.from(given.labels), mixOf(given));
      if (mixed.kind !== "mixed") throw new TypeError(`The target is of kind ${mixed.kind}`);
      const count = given.labels.length, columns = 8;
      for (const [loss, expected] of Object.entries(given.losses)) {
        await device.scope(async () => {
          const pairs = {
            first: tensorOf(device, mixed.first, [count], "u32"),
            second: tensorOf(device, mixed.second, [count], "u32"),
            shares: tensorOf(device, mixed.shares, [count]),
          };
          const logits = tensorOf(device, widened(given.logits, classes, columns), [count, columns]);
          const weights = tensorOf(device, widened(given.weight, classes, columns), [columns]);
          logits.needsGrad = true;
          const { target, y, grads } = withTape(device, () => {
            const target = mixTargets(pairs, classes), y = losses[loss](logits, target, weights);
            return { target, y, grads: backward(y, tensorOf(device, [1], y.shape)) };
          });
          const read = async (tensor: Tensor) => Float64Array.from(await tensor.read());
          expectNear(await read(target.values), [...widened(given.target, classes, columns)], "target");
          expectNear(await read(y), [expected.loss], loss);
          const dlogits = await read(grads.get(logits)!);
          expectNear(dlogits, [...widened(expected.dlogits, classes, columns)], `dlogits of ${loss}`);
        });
      }
    },
  );
}
