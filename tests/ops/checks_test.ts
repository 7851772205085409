import { assertEquals, assertThrows } from "@std/assert";
import { type DType, empty } from "../../src/core/tensor.ts";
import { describe, elementType, imageShape, requireSame, requireShape } from "../../src/ops/checks.ts";
import { gpuTest } from "../rings.ts";
import { testDevice } from "./op_case.ts";

gpuTest("the ops' checks name the op, the tensor and what it must be", async () => {
  const device = await testDevice();
  device.scope(() => {
    const x = (shape: readonly number[], dtype: DType = "f32") => empty(device, shape, dtype, "x");
    const refuse = (check: () => unknown, text: string) => assertThrows(check, TypeError, text);
    assertEquals(describe("x", x([2, 4], "f16")), "x [2, 4] f16");
    assertEquals(elementType("relu", x([2, 2], "f16")), "f16");
    refuse(() => elementType("relu", x([4], "u32")), "Cannot run relu: x [4] u32 must be f32 or f16");
    refuse(() => elementType("relu", x([3])), "x [3] must have a multiple of 4 elements; pad its last axis");
    refuse(() => requireSame("add", { a: x([4]), b: x([8]) }), "Cannot run add: b [8] must match a [4]");
    refuse(
      () => requireShape("bn", "weight", x([8]), "[C]", [4]),
      "weight must be [C] = [4], current shape is [8]",
    );
    refuse(() => imageShape("pool", "x", x([4, 4])), "x [4, 4] must have the axes [N, H, W, C]");
    refuse(
      () => imageShape("pool", "x", x([1, 2, 2, 3])),
      "must have a multiple of 4 channels; pad them with zeros",
    );
    assertEquals(imageShape("pool", "x", x([1, 2, 3, 4])), { n: 1, h: 2, w: 3, c: 4 });
  });
});
