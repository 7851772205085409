/**
 * Products on matrix units: shapes that fill every tile and that none divides. The software adapters of the system have
 * no matrix units; `deno task test:matrix` runs this ring on one that has.
 */
import { findMatrixUnit } from "../../src/core/matrix_unit.ts";
import { testGpu } from "../rings.ts";
import { variantsTest } from "./variants.ts";

const adapter = await testGpu().then((gpu) => gpu.requestAdapter()).catch(() => null);

if (adapter && "unit" in findMatrixUnit(adapter)) {
  variantsTest("every tile of a 3x3 convolution on matrix units agrees with the definition", "f16", {
    n: 5,
    h: 9,
    w: 11,
    c: 24,
    r: 3,
    s: 3,
    k: 136,
    stride: 1,
    padding: 1,
  });
  variantsTest("every tile of the stem on matrix units agrees", "f16", {
    n: 2,
    h: 37,
    w: 29,
    c: 4,
    r: 7,
    s: 7,
    k: 68,
    stride: 2,
    padding: 3,
  });
}
