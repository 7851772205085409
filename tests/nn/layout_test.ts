import { assertEquals } from "@std/assert";
import { rng } from "../../src/base/rng.ts";
import { elements } from "../../src/base/shape.ts";
import {
  engineShape,
  imagesToEngine,
  imagesToTorch,
  type Layout,
  toEngine,
  toTorch,
} from "../../src/nn/layout.ts";
import { nchwToNhwc, oihwToRsck, permute } from "../reference/layout.ts";
import { randomNormal } from "../reference/random.ts";

const shapes: [Layout, number[], number[]][] = [
  ["filter", [8, 4, 3, 2], [3, 2, 4, 8]],
  ["filter", [5, 3, 7, 7], [7, 7, 4, 8]],
  ["filter", [1, 1, 1, 1], [1, 1, 4, 4]],
  ["depthwise", [8, 1, 3, 2], [3, 2, 1, 8]],
  ["matrix", [10, 6], [8, 12]],
  ["matrix", [4, 8], [8, 4]],
  ["vector", [7], [8]],
];

for (const [layout, torch, engine] of shapes) {
  Deno.test(`a ${layout} [${torch}] goes to [${engine}] and back, with zeros as padding`, () => {
    assertEquals(engineShape(layout, torch), engine);
    const values = randomNormal(rng(1), elements(torch));
    const there = toEngine(layout, torch, values);
    assertEquals(there.length, elements(engine));
    assertEquals(there.filter((value) => value !== 0).toSorted(), values.toSorted());
    assertEquals(toTorch(layout, torch, there), values);
  });
}

Deno.test("filters, matrices and images lie as their definitions say", () => {
  const filter = randomNormal(rng(2), 8 * 4 * 3 * 2);
  assertEquals(toEngine("filter", [8, 4, 3, 2], filter), Float32Array.from(oihwToRsck(filter, [8, 4, 3, 2])));
  const matrix = randomNormal(rng(3), 4 * 8);
  assertEquals(toEngine("matrix", [4, 8], matrix), Float32Array.from(permute(matrix, [4, 8], [1, 0])));
  const images = randomNormal(rng(4), 2 * 8 * 3 * 5);
  assertEquals(imagesToEngine([2, 8, 3, 5], images), Float32Array.from(nchwToNhwc(images, [2, 8, 3, 5])));
});

Deno.test("images of three channels get a fourth of zeros, and lose it again", () => {
  const images = randomNormal(rng(5), 2 * 3 * 2 * 2);
  const there = imagesToEngine([2, 3, 2, 2], images);
  assertEquals([...there.subarray(0, 4)], [images[0], images[4], images[8], 0]);
  assertEquals(there.filter((_, i) => i % 4 === 3), new Float32Array(8));
  assertEquals(imagesToTorch([2, 3, 2, 2], there), images);
});
