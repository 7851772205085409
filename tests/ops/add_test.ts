import { assertThrows } from "@std/assert";
import { tensorOf } from "../../src/core/tensor.ts";
import { add } from "../../src/ops/add.ts";
import { gpuTest } from "../rings.ts";
import { noise, opTest, testDevice } from "./op_case.ts";

const shape = [3, 5, 7, 4];

opTest("add() and its gradients agree with a + b", {
  inputs: { a: { shape, values: noise(shape, "a") }, b: { shape, values: noise(shape, "b") } },
  run: ({ a, b }) => add(a, b),
  reference: ({ a, b, dy }) => ({ y: a.map((value, i) => value + b[i]), da: dy, db: dy }),
  slots: false,
});

gpuTest("add() refuses tensors of different shapes", async () => {
  const device = await testDevice();
  const a = tensorOf(device, [1, 2, 3, 4], [1, 4]), b = tensorOf(device, [1, 2, 3, 4], [4]);
  assertThrows(() => add(a, b), TypeError, "b [4] must match a [1, 4]");
  a.free();
  b.free();
});
