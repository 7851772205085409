import { batchNormDmerge } from "../../kernels/batch_norm_dmerge.ts";
import { batchNormMerge } from "../../kernels/batch_norm_merge.ts";
import { type MergeLanes, parallelLanes, SERIAL } from "../../kernels/lib/columns.ts";
import { kernel } from "../../src/core/kernel.ts";
import { empty, tensorOf } from "../../src/core/tensor.ts";
import { expectClose, noise, testDevice } from "../ops/op_case.ts";
import { gpuTest } from "../rings.ts";

const merge = kernel("batch_norm_merge", batchNormMerge),
  dmerge = kernel("batch_norm_dmerge", batchNormDmerge);

for (const [chunks, c] of [[1, 64], [3, 20], [700, 12], [150, 2048]]) {
  gpuTest(
    `batchNormMerge() with lanes along ${chunks} chunks of ${c} channels agrees with one thread`,
    async () => {
      const device = await testDevice();
      await device.scope(async () => {
        // Rows, means, what they lost, squared deviations: of chunks of 1 to 90 rows.
        const draw = noise([chunks, 4, c], "chunks");
        const values = draw.map((value, i) => {
          const chunk = Math.floor(i / 4 / c), rows = 1 + chunk * 31 % 90;
          return [rows, 50 + value, 1e-5 * value, rows * (.5 + value * value)][Math.floor(i / c) % 4];
        });
        const partial = tensorOf(device, [...values], [chunks, 4, c]);
        const pairs = tensorOf(device, [...noise([chunks, 2, c], "pairs")], [chunks, 2, c]);
        const run = (lanes: MergeLanes) => {
          const [running_mean, running_var] = [0, 1].map((value) =>
            tensorOf(device, new Array(c).fill(value), [c])
          );
          const moments = empty(device, [2, c]), dweight = empty(device, [c]), dbias = empty(device, [c]);
          const options = { channels: c, eps: 1e-5, momentum: .1, lanes };
          merge.run({ partial, moments, running_mean, running_var }, options);
          dmerge.run({ partial: pairs, dweight, dbias }, { channels: c, lanes });
          return { moments, running_mean, running_var, dweight, dbias };
        };
        const right = run(SERIAL), actual = run(parallelLanes(c));
        for (const [name, tensor] of Object.entries(right)) {
          const result = actual[name as keyof typeof actual];
          expectClose(name, tensor.shape, await result.read(), await tensor.read(), 2e-6);
        }
      });
    },
  );
}
