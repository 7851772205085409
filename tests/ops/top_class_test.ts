import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { tensorOf } from "../../src/core/tensor.ts";
import { IGNORED_LABEL } from "../../src/ops/target.ts";
import { topClass } from "../../src/ops/top_class.ts";
import { gpuTest } from "../rings.ts";
import { indices, probabilities, softTarget } from "./loss_case.ts";
import { testDevice } from "./op_case.ts";

gpuTest("topClass() is the class with the largest probability, in batches of all sizes", async () => {
  const device = await testDevice();
  for (const [n, classes, ignored] of [[1, 2, 0], [7, 10, 2], [131, 13, 3], [5, 1003, 1]]) {
    const { shape, values } = softTarget({ n, classes, ignored });
    const expected = Array.from({ length: n }, (_, row) => {
      const own = Array.from({ length: classes }, (_, c) => values[row * shape[1] + c]);
      return row < n - ignored ? own.indexOf(Math.max(...own)) : IGNORED_LABEL;
    });
    const labels = await device.scope(() =>
      topClass(probabilities(tensorOf(device, Array.from(values), shape)), classes).readBytes()
    );
    assertEquals([...new Uint32Array(labels)], expected, `${n} rows, ${classes} classes`);
  }
});

gpuTest("topClass() takes the lower of two equal classes, and indices as they are", async () => {
  const device = await testDevice();
  await device.scope(async () => {
    const tie = probabilities(tensorOf(device, [0, .5, .5, 0, .2, .4, 0, .4], [2, 4]));
    assertEquals([...await topClass(tie, 4).read()], [1, 1]);
    const labels = tensorOf(device, [3, 1], [2], "u32");
    assertStrictEquals(topClass(indices(labels), 4), labels);
  });
});

gpuTest("topClass() says which shape does not fit", async () => {
  const device = await testDevice();
  device.scope(() => {
    const values = tensorOf(device, [0, 0, 0, 1], [1, 4]);
    const message = "probabilities must be [N, columns] = [1, 8]";
    assertThrows(() => topClass(probabilities(values), 5), TypeError, message);
    assertThrows(() => topClass(probabilities(values.view([4])), 4), TypeError, "must be [N, columns]");
  });
});
