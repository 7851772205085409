import { globalAvgPool } from "../../src/ops/global_avg_pool.ts";
import { globalAvgPool as reference, globalAvgPoolDx } from "../reference/pool.ts";
import { noise, opTest } from "./op_case.ts";

for (const [n, h, w, c] of [[3, 7, 7, 20], [5, 1, 1, 4], [1, 31, 37, 8]]) {
  const sizes = { n, pixels: h * w, c };
  opTest(`globalAvgPool() returns the mean of ${h} x ${w} pixels and its dx`, {
    inputs: { x: { shape: [n, h, w, c], values: noise([n, h, w, c], "x") } },
    run: ({ x }) => globalAvgPool(x),
    reference: ({ x, dy }) => ({ y: reference(x, sizes), dx: globalAvgPoolDx(dy, sizes) }),
  });
}
