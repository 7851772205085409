/** What transforms draw: ranges, probabilities, and that draws depend on the size and the random numbers alone. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { rng } from "../../src/base/rng.ts";
import type { Operation, OperationOf, Size } from "../../src/data/transforms/operation.ts";
import { type Pipeline, pipeline } from "../../src/data/transforms/pipeline.ts";
import { drawCorners } from "../../src/data/transforms/random_perspective.ts";
import { drawErasure } from "../../src/data/transforms/random_erasing.ts";
import type { Step } from "../../src/data/transforms/transform.ts";

const SIZE = { width: 48, height: 48 };
const DRAWS = 2000;

function made(...steps: Step[]): Pipeline {
  return pipeline(steps, { imageSize: 48, purpose: "train" });
}

/** What the steps draw for a picture of 48 x 48 in many samples. */
function draws(...steps: Step[]): (readonly Operation[])[] {
  const { draw } = made(...steps);
  return Array.from({ length: DRAWS }, (_, i) => draw(SIZE, rng(3, i)));
}

/** The operations of one kind among what was drawn. */
function only<Kind extends Operation["kind"]>(
  kind: Kind,
  all: (readonly Operation[])[],
): OperationOf<Kind>[] {
  return all.flat().filter((operation): operation is OperationOf<Kind> => operation.kind === kind);
}

function assertShare(count: number, share: number): void {
  const deviation = Math.sqrt(share * (1 - share) / DRAWS);
  assert(Math.abs(count / DRAWS - share) <= 4 * deviation, `${count} of ${DRAWS}, expected ${share}`);
}

/** That values lie within low .. high and come close to both. */
function assertSpan(values: number[], low: number, high: number, slack = (high - low) / 20): void {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  assert(least >= low && most <= high, `${least} .. ${most} must lie within ${low} .. ${high}`);
  assert(least <= low + slack && most >= high - slack, `${least} .. ${most} should fill ${low} .. ${high}`);
}

Deno.test("the degradations' defaults are those of the specification", () => {
  const jpegs = only("jpeg", draws("jpeg"));
  assertShare(jpegs.length, 0.5);
  assertEquals([...new Set(jpegs.map(({ quality }) => quality))].sort((a, b) => a - b), [
    ...Array.from({ length: 56 }, (_, i) => 20 + i),
  ]);
  const pixelated = only("pixelate", draws("pixelate"));
  assertShare(pixelated.length, 0.3);
  assertSpan(pixelated.map(({ width }) => width), 12, 35);
  const downscaled = only("downscale", draws("bilinear_downscale"));
  assertShare(downscaled.length, 0.3);
  assertSpan(downscaled.map(({ height }) => height), 14, 35);
  const noisy = only("noise", draws("gaussian_noise"));
  assertShare(noisy.length, 0.3);
  assertSpan(noisy.map(({ sigma }) => sigma), 5, 25);
  assertEquals(new Set(noisy.map(({ key }) => key.join())).size, noisy.length);
});

Deno.test("zoom_out grows the canvas by its scale and places the picture anywhere on it", () => {
  const zoomed = only("zoom_out", draws("zoom_out"));
  assertShare(zoomed.length, 0.3);
  assertSpan(zoomed.map(({ width }) => width), 32, 48);
  assertEquals(zoomed[0].fill, [124, 116, 104]);
  for (const { top, left, width, height } of zoomed) {
    assert(top >= 0 && left >= 0 && top + height <= 48 && left + width <= 48);
  }
  assertSpan(zoomed.map(({ left }) => left), 0, 16, 3);
});

Deno.test("zoom_in cuts a share of the sides and keeps the size", () => {
  const zoomed = draws({ zoom_in: { scale: [0.5, 1], p: 1 } });
  const boxes = only("crop", zoomed);
  assertEquals(boxes.length, DRAWS);
  assertSpan(boxes.map(({ width }) => width), 24, 48);
  for (const { top, left, width, height } of boxes) {
    assert(top >= 0 && left >= 0 && top + height <= 48 && left + width <= 48);
  }
  for (const { width, height } of only("resize", zoomed)) assertEquals([width, height], [48, 48]);
});

Deno.test("gaussian_blur draws one deviation for both directions", () => {
  const blurs = only("blur", draws({ gaussian_blur: { kernel_size: [7, 3], sigma: [0.5, 3.5] } }));
  assertEquals(blurs.length, DRAWS);
  assertSpan(blurs.map(({ sigma }) => sigma[0]), 0.5, 3.5);
  assert(blurs.every(({ sigma, kernel }) => sigma[0] === sigma[1] && kernel.join() === "7,3"));
  assertEquals(only("blur", draws({ gaussian_blur: { kernel_size: 5, sigma: 2 } }))[0], {
    kind: "blur",
    kernel: [5, 5],
    sigma: [2, 2],
  });
});

Deno.test("random_perspective moves corners inwards by up to its share of half the sides", () => {
  assertShare(only("perspective", draws({ random_perspective: { p: 0.4 } })).length, 0.4);
  const all = Array.from({ length: DRAWS }, (_, i) => drawCorners({ width: 61, height: 40 }, 0.5, rng(4, i)));
  const far = [[0, 0], [60, 0], [60, 39], [0, 39]];
  far.forEach(([x, y], corner) => {
    const ways = all.map((corners) => [Math.abs(corners[corner][0] - x), Math.abs(corners[corner][1] - y)]);
    assertSpan(ways.map(([way]) => way), 0, 15, 0);
    assertSpan(ways.map(([, way]) => way), 0, 10, 0);
  });
});

Deno.test("random_perspective leaves pictures without room as they are", () => {
  const { draw } = pipeline([{ random_perspective: { p: 1 } }], { imageSize: 1, purpose: "train" });
  assertEquals(draw({ width: 1, height: 1 }, rng(1)), []);
});

Deno.test("random_erasing draws a box of its area and aspect, inside the picture", () => {
  const erased = only("erase", draws("normalize", { random_erasing: { p: 0.3, value: [1, 2, 3] } }));
  assertShare(erased.length, 0.3);
  assertEquals(erased[0].value, [1, 2, 3]);
  for (let i = 0; i < DRAWS; i++) {
    const box = drawErasure({ width: 100, height: 60 }, [0.02, 0.2], [0.3, 3.3], rng(5, i))!;
    const { top, left, width, height } = box;
    assert(top >= 0 && left >= 0 && top + height <= 60 && left + width <= 100, JSON.stringify(box));
    assert(width < 100 && height < 60);
    const share = width * height / 6000, aspect = height / width;
    assert(share > 0.018 && share < 0.21 && aspect > 0.27 && aspect < 3.7, `${share} ${aspect}`);
  }
});

Deno.test("random_erasing gives up after ten boxes that do not fit", () => {
  assertEquals(drawErasure({ width: 100, height: 1 }, [1, 1], [0.3, 3.3], rng(6)), undefined);
});

Deno.test("random_apply applies all or nothing", () => {
  const transforms = [{ pixelate: { p: 1 } }, { gaussian_blur: { kernel_size: 3 } }];
  const lengths = draws({ random_apply: { transforms, p: 0.85 } }).map(({ length }) => length);
  assertEquals(new Set(lengths), new Set([0, 2]));
  assertShare(lengths.filter((length) => length === 2).length, 0.85);
});

Deno.test("random_apply tells each transform the size that it meets", () => {
  const transforms = [{ resize: { size: 96 } }, { zoom_in: { p: 1 } }, { center_crop: { size: 48 } }];
  const [operations] = draws({ random_apply: { transforms, p: 1 } });
  assertEquals(operations.map(({ kind }) => kind), ["resize", "crop", "resize", "crop"]);
  assertEquals((operations[2] as Operation & Size).width, 96);
});

Deno.test("random_choice takes one, evenly or by weight", () => {
  const transforms = ["a", "b", "c"].map((_, i) => ({ jpeg: { quality: [i + 1, i + 1], p: 1 } }));
  const counts = (p: number[] | null) => {
    const drawn = only("jpeg", draws({ random_choice: { transforms, p } }));
    assertEquals(drawn.length, DRAWS);
    return [1, 2, 3].map((quality) => drawn.filter((operation) => operation.quality === quality).length);
  };
  counts(null).forEach((count) => assertShare(count, 1 / 3));
  const weighted = counts([1, 0, 3]);
  assertEquals(weighted[1], 0);
  assertShare(weighted[0], 0.25);
});

Deno.test("draws repeat for the same stream and size", () => {
  const steps: Step[] = [
    "random_perspective",
    {
      random_apply: {
        transforms: ["gaussian_noise", { random_choice: { transforms: ["zoom_in", "zoom_out"] } }],
      },
    },
    "normalize",
    "random_erasing",
  ];
  const { draw, apply } = made(...steps);
  for (let i = 0; i < 50; i++) assertEquals(draw(SIZE, rng(1, i)), draw(SIZE, rng(1, i)));
  const picture = { ...SIZE, data: new Uint8Array(48 * 48 * 3) };
  assertEquals(apply(picture, rng(2)), apply(picture, rng(2)));
  assertAlmostEquals(only("erase", draws(...steps)).length / DRAWS, 0.5, 0.06);
});
