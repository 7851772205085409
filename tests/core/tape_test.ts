import { assert, assertEquals, assertThrows } from "@std/assert";
import type { Device } from "../../src/core/device.ts";
import { backward, gradientFor, gradients, record, withTape } from "../../src/core/tape.ts";
import { persistent, type Tensor, tensorOf } from "../../src/core/tensor.ts";
import { deviceTest, plus, scale, sums } from "./fixtures.ts";

/** [1, 2, 3, 4], which needs a gradient. */
function leaf(device: Device, label = "x"): Tensor {
  const x = tensorOf(device, [1, 2, 3, 4], [4], "f32", label);
  x.needsGrad = true;
  return x;
}

/** A leaf with a slot, as a parameter has. */
function parameter(device: Device): Tensor {
  const x = leaf(device, "weights");
  x.grad = persistent(device, [4], "f32", "d weights");
  return x;
}

/** Runs forward, and backward from ones. */
function differentiate(device: Device, forward: () => Tensor): Map<Tensor, Tensor> {
  const ones = tensorOf(device, [1, 1, 1, 1], [4]);
  return withTape(device, () => backward(forward(), ones, sums));
}

/** An op of one input, whose gradients are what `gradients` returns. */
function op(x: Tensor, gradients: (dy: Tensor) => readonly (() => Tensor)[]): Tensor {
  return record("odd_op", [x], x.like(), gradients);
}

deviceTest("backward() follows the chain of ops to the leaf", async (device) => {
  const x = leaf(device);
  const grads = differentiate(device, () => scale(scale(scale(x, 2), 3), 0.5));
  assertEquals([...grads.keys()], [x]);
  assertEquals([...await grads.get(x)!.read()], [3, 3, 3, 3]);
});

deviceTest("backward() starts from dy", async (device) => {
  const x = leaf(device);
  const dy = tensorOf(device, [1, -2, 3, 0], [4]);
  const grads = withTape(device, () => backward(scale(x, 2), dy, sums));
  assertEquals([...await grads.get(x)!.read()], [2, -4, 6, 0]);
});

deviceTest("an input that is used twice gets the sum, by two ops and by one", async (device) => {
  const x = leaf(device);
  const byTwo = differentiate(device, () => plus(scale(x, 2), scale(x, 3)));
  assertEquals([...await byTwo.get(x)!.read()], [5, 5, 5, 5]);
  const byOne = differentiate(device, () => plus(x, x));
  assertEquals([...await byOne.get(x)!.read()], [2, 2, 2, 2]);
  const thrice = differentiate(device, () => plus(plus(x, scale(x, 4)), x));
  assertEquals([...await thrice.get(x)!.read()], [6, 6, 6, 6]);
});

deviceTest("a branching activation passes its whole gradient on once", async (device) => {
  const x = leaf(device);
  let walks = 0;
  const grads = differentiate(device, () => {
    const h = scale(x, 2);
    const branch = op(h, (dy) => [() => (walks++, dy)]);
    return plus(plus(branch, h), branch);
  });
  assertEquals(walks, 1);
  assertEquals([...await grads.get(x)!.read()], [6, 6, 6, 6]);
});

deviceTest("a parameter's gradient is written to its slot, anew in each step", async (device) => {
  const w = parameter(device);
  for (const factor of [2, 5]) {
    const grads = differentiate(device, () => scale(w, factor));
    assertEquals(grads.size, 0);
    assertEquals([...await w.grad!.read()], new Array(4).fill(factor));
  }
});

deviceTest("a parameter that is used twice gets the sum in its slot", async (device) => {
  const w = parameter(device);
  differentiate(device, () => plus(scale(w, 2), scale(w, 3)));
  assertEquals([...await w.grad!.read()], [5, 5, 5, 5]);
  differentiate(device, () => plus(w, w));
  assertEquals([...await w.grad!.read()], [2, 2, 2, 2]);
});

deviceTest("a parameter that y does not depend on keeps what its slot held", async (device) => {
  const w = parameter(device), unused = parameter(device);
  unused.grad!.write([7, 7, 7, 7]);
  differentiate(device, () => (scale(unused, 9), scale(w, 2)));
  assertEquals([...await unused.grad!.read()], [7, 7, 7, 7]);
  assertEquals([...await w.grad!.read()], [2, 2, 2, 2]);
});

deviceTest("a gradient that nobody reads is never computed", async (device) => {
  const x = leaf(device);
  const image = tensorOf(device, [1, 1, 1, 1], [4]);
  const never = () => {
    throw new Error("computed");
  };
  const product = () => record("product", [x, image], x.like(), (dy) => [() => dy, never]);
  assertEquals([...differentiate(device, product).keys()], [x]);
  // An op off the path from y to the leaves is not walked either.
  const grads = differentiate(device, () => {
    record("aside", [x], x.like(), never);
    return scale(x, 2);
  });
  assertEquals([...await grads.get(x)!.read()], [2, 2, 2, 2]);
});

deviceTest("record() leaves alone what needs no gradient, and what no tape sees", (device) => {
  const x = leaf(device);
  assertEquals(scale(x, 2).needsGrad, false);
  const y = withTape(device, () => scale(tensorOf(device, [1, 1, 1, 1], [4]), 2));
  assertEquals(y.needsGrad, false);
  assertEquals(withTape(device, () => scale(x, 2)).needsGrad, true);
});

deviceTest("backward() names the op that returns too few or too many gradients", (device) => {
  const x = leaf(device);
  assertThrows(
    () => differentiate(device, () => op(x, () => [])),
    TypeError,
    "Cannot run backward of odd_op: it must give 1 gradients, current number is 0",
  );
  assertThrows(
    () => differentiate(device, () => op(x, (dy) => [() => dy, () => dy])),
    TypeError,
    "Cannot run backward of odd_op: it must give 1 gradients, current number is 2",
  );
});

deviceTest("backward() names the op whose gradient has another shape or type than its input", (device) => {
  const x = leaf(device);
  assertThrows(
    () => differentiate(device, () => op(x, (dy) => [() => dy.view([2, 2])])),
    TypeError,
    "Cannot run backward of odd_op: gradient 0 must be [4] f32, current is [2, 2] f32",
  );
  const half = tensorOf(device, [1, 1, 1, 1], [4], "f16");
  assertThrows(
    () => differentiate(device, () => op(x, () => [() => half])),
    TypeError,
    "Cannot run backward of odd_op: gradient 0 must be [4] f32, current is [4] f16",
  );
});

deviceTest("backward() names the op that ignores a parameter's slot", (device) => {
  const w = parameter(device);
  assertThrows(
    () => differentiate(device, () => op(w, (dy) => [() => dy])),
    TypeError,
    "Cannot run backward of odd_op: the gradient of weights must be written to gradientFor(input)",
  );
});

deviceTest("gradientFor() is the slot once, then fresh memory", (device) => {
  const w = parameter(device);
  const targets: Tensor[] = [];
  differentiate(device, () => {
    const use = () => op(w, () => [() => targets[targets.push(gradientFor(w)) - 1]]);
    return plus(use(), use());
  });
  assertEquals(targets[0] === w.grad, true);
  assert(targets[1].storage !== w.grad!.storage);
  assertEquals(targets[1].shape, w.shape);
});

deviceTest("backward() refuses a dy of another shape or type than y", (device) => {
  const x = leaf(device);
  const dy = tensorOf(device, [1, 1], [2]);
  assertThrows(
    () => withTape(device, () => backward(scale(x, 2), dy, sums)),
    TypeError,
    "Cannot run backward of scale: dy must be [4] f32, current is [2] f32",
  );
});

deviceTest("backward() refuses a y that the tape does not know, and a second walk", (device) => {
  const x = leaf(device);
  const ones = tensorOf(device, [1, 1, 1, 1], [4]);
  assertThrows(() => backward(x, ones, sums), RangeError, "Cannot run backward: no tape is active");
  const before = scale(x, 2);
  const message = "no op on the tape computed it";
  assertThrows(() => withTape(device, () => backward(before, ones, sums)), RangeError, message);
  assertThrows(() => withTape(device, () => backward(scale(ones, 2), ones, sums)), RangeError, message);
  withTape(device, () => {
    const y = scale(x, 2);
    backward(y, ones, sums);
    assertThrows(() => backward(y, ones, sums), RangeError, message);
  });
});

deviceTest("withTape() refuses a second tape and a promise, and ends in either case", (device) => {
  assertThrows(
    () => withTape(device, () => withTape(device, () => 0)),
    RangeError,
    "Cannot start a tape: one is already active",
  );
  assertEquals(withTape(device, () => 3), 3);
  assertThrows(
    () => withTape(device, async () => await Promise.resolve(3)),
    TypeError,
    "Cannot keep a tape active across a promise",
  );
  assertEquals(withTape(device, () => 3), 3);
});

deviceTest(
  "gradients() gives those of tensors on the way, leaves slots alone, and ends there",
  async (device) => {
    const x = leaf(device), w = parameter(device);
    const ones = tensorOf(device, [1, 1, 1, 1], [4]);
    let walked = 0;
    const [byMiddle, byW, all] = withTape(device, () => {
      const first = op(x, (dy) => [() => (walked++, dy)]);
      const middle = plus(scale(first, 2), scale(w, 3));
      const y = plus(scale(middle, 5), middle);
      const [byMiddle, byW] = gradients(y, ones, [middle, w], sums);
      assertEquals(walked, 0);
      return [byMiddle, byW, backward(y, ones, sums)] as const;
    });
    assertEquals([...await byMiddle.read()], [6, 6, 6, 6]);
    assertEquals([...await byW.read()], [18, 18, 18, 18]);
    assertEquals([...await all.get(x)!.read()], [12, 12, 12, 12]);
    assertEquals([...await w.grad!.read()], [18, 18, 18, 18]);
    assert(byW !== w.grad);
  },
);

deviceTest("gradients() refuses what y does not depend on", (device) => {
  const x = leaf(device), other = leaf(device, "other");
  const ones = tensorOf(device, [1, 1, 1, 1], [4]);
  const differentiate = () => withTape(device, () => gradients(scale(x, 2), ones, [other], sums));
  assertThrows(differentiate, RangeError, "by other [4]: no op on the tape leads from it to");
});
