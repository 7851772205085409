import { assertThrows } from "@std/assert";
import { tensorOf } from "../../src/core/tensor.ts";
import { requireTarget, type Target } from "../../src/ops/target.ts";
import { gpuTest } from "../rings.ts";
import { indices, probabilities } from "./loss_case.ts";
import { testDevice } from "./op_case.ts";

gpuTest("requireTarget() says what a target must be, by its kind", async () => {
  const device = await testDevice();
  device.scope(() => {
    const labels = tensorOf(device, [0, 1], [2], "u32"),
      soft = tensorOf(device, new Array(8).fill(0), [2, 4]);
    const half = tensorOf(device, new Array(8).fill(0), [2, 4], "f16");
    const check = (target: Target) => () => requireTarget("an_op", target, 2, 4);
    check(indices(labels))();
    check(probabilities(soft))();
    const faults: [Target, string][] = [
      [indices(soft), "indices must be [N] = [2]"],
      [
        indices(tensorOf(device, [0, 1], [2])),
        "Cannot run an_op: indices [2] must be u32, current type is f32",
      ],
      [
        probabilities(labels),
        "probabilities must be [N, columns] = [2, 4]",
      ],
      [probabilities(half), "Cannot run an_op: probabilities [2, 4] f16 must be f32, current type is f16"],
    ];
    for (const [target, message] of faults) assertThrows(check(target), TypeError, message);
  });
});
