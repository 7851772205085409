/** Twins of the operations on pictures, against definitions in float64 on random pictures of odd sizes. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { type Rng, rng, threefry2x32 } from "../../src/base/rng.ts";
import { renderBatch } from "../../src/data/render.ts";
import { applyOperation, applyOperations } from "../../src/data/transforms/apply.ts";
import { blur, gaussianWeights, reflect } from "../../src/data/transforms/gaussian_blur.ts";
import type { Operation } from "../../src/data/transforms/operation.ts";
import { type Corners, perspective, perspectiveCoefficients } from "../../src/data/transforms/perspective.ts";
import { nearestPositions, pixelateTo } from "../../src/data/transforms/pixelate.ts";
import { drawCorners } from "../../src/data/transforms/random_perspective.ts";
import type { Picture } from "../../src/data/types.ts";
import { IMAGENET } from "../../src/data/types.ts";
import { flat, patterned } from "./helpers.ts";
import {
  naiveBlur,
  naiveNearest,
  naiveNoise,
  naivePerspective,
  naiveResize,
  naiveZoomOut,
  projected,
} from "./naive_transforms.ts";
import { difference } from "./reference.ts";

/** Half noise, half slopes and edges. */
function randomPicture(random: Rng): Picture {
  const [width, height] = [1 + random.integer(40), 1 + random.integer(40)];
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i++) {
    const x = Math.floor(i / 3) % width;
    data[i] = x < width / 2 ? random.integer(256) : (255 * x) / width;
  }
  return { width, height, data };
}

/** Runs `check` on random pictures: at most a `share` of all values may be off, none by more than `most` levels. */
function compare(
  share: number,
  check: (picture: Picture, random: Rng) => [ours: Picture, oracle: Picture],
  most = 1,
) {
  let off = 0, count = 0;
  for (let i = 0; i < 60; i++) {
    const random = rng(7, "twins", i);
    const picture = randomPicture(random);
    const [ours, oracle] = check(picture, random);
    const { max, shareOverZero } = difference(ours, oracle);
    assert(max <= most, `picture ${i} of ${picture.width}x${picture.height} is off by ${max} levels`);
    off += shareOverZero * picture.data.length;
    count += picture.data.length;
  }
  assert(off <= share * count, `${off} of ${count} values are off`);
}

Deno.test("blur() gives the sums over the whole window", () => {
  compare(1e-4, (picture, random) => {
    const kernel = [1 + 2 * random.integer(6), 1 + 2 * random.integer(6)] as const;
    const sigma = [random.uniform(0.1, 4), random.uniform(0.1, 4)] as const;
    return [blur(picture, { kernel, sigma }), naiveBlur(picture, kernel, sigma)];
  });
});

Deno.test("blur() leaves a flat picture as it is and uses weights that sum to 1", () => {
  const picture = flat(5, 7, [3, 200, 255]);
  assertEquals(blur(picture, { kernel: [7, 5], sigma: [2, 0.5] }), picture);
  const weights = gaussianWeights(7, 1.3);
  assert(Math.abs(weights.reduce((sum, weight) => sum + weight) - 1) < 1e-6);
});

Deno.test("reflect() mirrors at both ends without repeating them", () => {
  assertEquals([-3, -2, -1, 0, 1, 2, 3, 4, 5, 6].map((i) => reflect(i, 4)), [3, 2, 1, 0, 1, 2, 3, 2, 1, 0]);
  assertEquals([-2, -1, 0, 1, 2].map((i) => reflect(i, 1)), [0, 0, 0, 0, 0]);
});

const cornersOf = ({ width, height }: Picture): Corners => [
  [0, 0],
  [width - 1, 0],
  [width - 1, height - 1],
  [0, height - 1],
];

Deno.test("perspectiveCoefficients() lead from where corners go to where they were", () => {
  for (let i = 0; i < 50; i++) {
    const random = rng(8, i);
    const from = cornersOf({ width: 31, height: 52, data: new Uint8Array() });
    const to = drawCorners({ width: 31, height: 52 }, 0.6, random);
    const m = perspectiveCoefficients(from, to)!;
    to.forEach(([x, y], corner) => {
      const [u, v] = projected(m, x, y);
      assert(Math.abs(u - from[corner][0]) < 1e-3 && Math.abs(v - from[corner][1]) < 1e-3, `${u} ${v}`);
    });
  }
});

Deno.test("perspectiveCoefficients() are undefined where corners meet", () => {
  const from = cornersOf({ width: 9, height: 9, data: new Uint8Array() });
  assertEquals(perspectiveCoefficients(from, [[0, 0], [0, 0], [8, 8], [0, 8]]), undefined);
  assertEquals(perspectiveCoefficients(from, [[0, 0], [4, 4], [8, 8], [0, 8]]), undefined);
});

Deno.test("perspective() gives the four neighbours of each place, and fill outside", () => {
  compare(2e-3, (picture, random) => {
    const m = perspectiveCoefficients(cornersOf(picture), drawCorners(picture, 0.5, random)) ??
      [1, 0, 0, 0, 1, 0, 0, 0];
    const fill = [9, 120, 250] as const;
    const warp = { coefficients: m, interpolation: "bilinear", fill } as const;
    return [perspective(picture, warp), naivePerspective(picture, m, fill)];
  });
});

Deno.test("perspective() by the nearest pixel keeps the picture where nothing moves", () => {
  const picture = patterned(13, 9);
  const warp = { coefficients: [1, 0, 0, 0, 1, 0, 0, 0], interpolation: "nearest", fill: [0, 0, 0] } as const;
  assertEquals(perspective(picture, warp), picture);
});

Deno.test("pixelate takes the pixel under the middle, down and up", () => {
  for (let i = 0; i < 60; i++) {
    const random = rng(9, i);
    // With odd sides no middle falls on an edge between two pixels.
    const [w, h, width, height] = [40, 40, 20, 20].map((most) => 1 + 2 * random.integer(most / 2));
    const picture = patterned(w, h, i);
    const oracle = naiveNearest(naiveNearest(picture, width, height), w, h);
    assertEquals(pixelateTo(picture, { width, height }), oracle);
  }
});

Deno.test("nearestPositions() lead where Pillow's sums of float64 do", () => {
  // Image.fromarray(numpy.arange(n)[None]).resize((m, 1), NEAREST), where middles fall on edges
  assertEquals([...nearestPositions(6, 3)], [1, 3, 5]);
  assertEquals([...nearestPositions(10, 5)], [1, 3, 5, 7, 9]);
  assertEquals([...nearestPositions(3, 7)], [0, 0, 1, 1, 1, 2, 2]);
  assertEquals([...nearestPositions(1, 3)], [0, 0, 0]);
});

Deno.test("a bicubic resize is Keys' cubic over each pixel's middle, as wide as the larger pixels", () => {
  compare(0.03, (picture, random) => {
    const [width, height] = [1 + random.integer(60), 1 + random.integer(60)];
    const resized = applyOperation(picture, { kind: "resize", width, height, interpolation: "bicubic" });
    return [resized, naiveResize(picture, width, height, "bicubic")];
  }, 2); // a level between the passes counts more than once where weights are above 1
});

Deno.test("downscale is two antialiased resizes", () => {
  compare(0.03, (picture, random) => {
    const small = { width: 1 + random.integer(picture.width), height: 1 + random.integer(picture.height) };
    const oracle = naiveResize(
      naiveResize(picture, small.width, small.height),
      picture.width,
      picture.height,
    );
    return [applyOperation(picture, { kind: "downscale", ...small }), oracle];
  }, 2); // each of four passes rounds to 8 bits
});

Deno.test("zoom_out puts a smaller picture on a fill", () => {
  compare(0.03, (picture, random) => {
    const width = 1 + random.integer(picture.width), height = 1 + random.integer(picture.height);
    const left = random.integer(picture.width - width + 1), top = random.integer(picture.height - height + 1);
    const box = { width, height, left, top }, fill = [124, 116, 104] as const;
    return [applyOperation(picture, { kind: "zoom_out", ...box, fill }), naiveZoomOut(picture, box, fill)];
  });
});

Deno.test("noise is Box-Muller of a counter for each pixel", () => {
  compare(1e-3, (picture, random) => {
    const key = [random.uint32(), random.uint32()] as const, sigma = random.uniform(0, 60);
    const oracle = naiveNoise(picture, sigma, (pixel, block) => threefry2x32(key, [pixel, block]));
    return [applyOperation(picture, { kind: "noise", sigma, key }), oracle];
  });
});

Deno.test("noise has mean 0, its sigma, and is independent between channels and keys", () => {
  const gray = flat(200, 150, [128, 128, 128]);
  const noise = (key: [number, number]) => {
    const { data } = applyOperation(gray, { kind: "noise", sigma: 12, key });
    return Array.from({ length: 3 }, (_, c) => [...data].filter((_, i) => i % 3 === c).map((v) => v - 128));
  };
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [r, g, b] = noise([1, 2]), [other] = noise([1, 3]);
  for (const channel of [r, g, b]) {
    assert(Math.abs(mean(channel)) < 0.3, `the mean is ${mean(channel)}`);
    const deviation = Math.sqrt(mean(channel.map((v) => v * v)));
    assert(Math.abs(deviation - 12) < 0.3, `the deviation is ${deviation}`);
  }
  for (const [x, y] of [[r, g], [g, b], [r, b], [r, other], [r.slice(1), r]]) {
    const correlation = mean(x.map((v, i) => v * y[i])) / 144;
    assert(Math.abs(correlation) < 0.03, `the correlation is ${correlation}`);
  }
});

const erase = (top: number, left: number, value: [number, number, number]): Operation => ({
  kind: "erase",
  top,
  left,
  height: 2,
  width: 3,
  value,
});

Deno.test("renderBatch() erases the normalised image, in order, and nothing around it", () => {
  const picture = patterned(6, 6);
  const batch = (operations: Operation[]) => ({
    pictures: [picture, picture],
    operations: [[], operations],
    count: 2,
  });
  const made = { imageSize: 6, normalization: IMAGENET };
  const plain = renderBatch(batch([]), made);
  const erased = renderBatch(batch([erase(1, 2, [0.5, -9, 7]), erase(2, 0, [0, 0, 0])]), made);
  for (let i = 0; i < plain.length; i++) {
    const [n, y, x, c] = [Math.floor(i / 144), Math.floor(i / 24) % 6, Math.floor(i / 4) % 6, i % 4];
    const first = y >= 1 && y < 3 && x >= 2 && x < 5, second = y >= 2 && y < 4 && x < 3;
    const expected = n === 0 || !(first || second) ? plain[i] : second ? 0 : [0.5, -9, 7, 0][c];
    assertEquals(erased[i], expected, `${[n, y, x, c]}`);
  }
});

Deno.test("a preview shows an erased part at the level that normalisation makes its value, clipped", () => {
  const picture = flat(6, 6, [1, 2, 3]);
  const preview = applyOperations(picture, [erase(0, 0, [0, -99, 99])]);
  assertEquals([...preview.data.slice(0, 3)], [124, 0, 255]); // round(0.485 * 255)
  assertEquals([...preview.data.slice(9, 12)], [1, 2, 3]);
  const own = { mean: [0.5, 0.5, 0.5], std: [0.1, 0.1, 0.1] } as const;
  const shown = applyOperation(picture, erase(0, 0, [0, 1, 2]), own);
  assertEquals([...shown.data.slice(0, 3)], [128, 153, 178]);
});

Deno.test("an operation with a value that cannot be is refused", () => {
  assertThrows(
    () => applyOperation(patterned(4, 4), { kind: "jpeg", quality: 0 }),
    RangeError,
    "Cannot compress image at quality 0: need an integer of 1 .. 100",
  );
  assertThrows(
    () => applyOperation(patterned(4, 4), { kind: "downscale", width: 0, height: 2 }),
    RangeError,
    "Cannot resize image to 0x2",
  );
});
