import { assertEquals, assertThrows } from "@std/assert";
import { record, withTape } from "../../src/core/tape.ts";
import { type Tensor, tensorOf } from "../../src/core/tensor.ts";
import { backward } from "../../src/ops/backward.ts";
import { relu } from "../../src/ops/relu.ts";
import { gpuTest } from "../rings.ts";
import { testDevice } from "./op_case.ts";

/** A leaf that wants a gradient. */
async function leaf(values: readonly number[]): Promise<Tensor> {
  const x = tensorOf(await testDevice(), values, [values.length]);
  x.needsGrad = true;
  return x;
}

/** An op of two inputs, each of which gets dy. */
function join(a: Tensor, b: Tensor): Tensor {
  return record("join", [a, b], a.view(a.shape), (dy) => [() => dy, () => dy]);
}

gpuTest("backward() adds the gradients of a tensor that two ops used", async () => {
  const x = await leaf([1, -2, 3, -4]);
  const dy = tensorOf(x.device, [1, 2, 3, 4], [4]);
  const grads = withTape(x.device, () => backward(join(relu(x), x), dy));
  assertEquals([...await grads.get(x)!.read()], [2, 2, 6, 4]);
});

gpuTest("backward() adds a parameter's second gradient to its slot", async () => {
  const x = await leaf([1, -2, 3, -4]);
  x.grad = tensorOf(x.device, [9, 9, 9, 9], [4]);
  const dy = tensorOf(x.device, [1, 2, 3, 4], [4]);
  const grads = withTape(x.device, () => backward(join(relu(x), relu(x)), dy));
  assertEquals([...await x.grad.read()], [2, 0, 6, 0]);
  assertEquals(grads.size, 0);
});

gpuTest("backward() without a tape says what to wrap", async () => {
  const x = await leaf([1, 2, 3, 4]);
  assertThrows(() => backward(x, x), RangeError, "no tape is active; wrap forward and backward in withTape");
});
