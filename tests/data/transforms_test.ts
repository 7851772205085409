import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { type Rng, rng } from "../../src/base/rng.ts";
import { applyOperations } from "../../src/data/transforms/apply.ts";
import { affine } from "../../src/data/transforms/affine.ts";
import { adjustBrightness, adjustContrast, adjustSaturation } from "../../src/data/transforms/color.ts";
import { color_jitter } from "../../src/data/transforms/color_jitter.ts";
import { centerCrop, crop, resizedPart } from "../../src/data/transforms/crop.ts";
import { flipHorizontally, random_horizontal_flip } from "../../src/data/transforms/flip.ts";
import { adjustHue } from "../../src/data/transforms/hue.ts";
import { normalizer } from "../../src/data/transforms/normalize.ts";
import { random_affine } from "../../src/data/transforms/random_affine.ts";
import { drawCrop, random_resized_crop } from "../../src/data/transforms/random_resized_crop.ts";
import { defaultEvalSteps, pipeline } from "../../src/data/transforms/pipeline.ts";
import { resizeShorterSide, resizeTo } from "../../src/data/transforms/resample.ts";
import { roundHalfEven, type TransformPlugin } from "../../src/data/transforms/transform.ts";
import { IMAGENET, type Picture } from "../../src/data/types.ts";
import { flat, patterned } from "./helpers.ts";

const context = { imageSize: 16, makeAll: () => [] };
/** What a transform of these options makes of a picture. */
const made = (plugin: TransformPlugin, options: object) => {
  const transform = plugin.make(plugin.options.parse(options), context);
  return (picture: Picture, stream: Rng) => applyOperations(picture, transform(picture, stream));
};
const levels = ({ data }: Picture) => [...data].filter((_, i) => i % 3 === 0);
const gray = (width: number, values: number[]): Picture => ({
  width,
  height: values.length / width,
  data: Uint8Array.from(values.flatMap((value) => [value, value, value])),
});

Deno.test("roundHalfEven() takes ties to the even number", () => {
  assertEquals(
    [0.5, 1.5, 2.5, -0.5, -1.5, 2.4, 2.6].map(roundHalfEven),
    [0, 2, 2, 0, -2, 2, 3].map((x) => x),
  );
});

Deno.test("resizeTo() gives Pillow's levels for a step edge", () => {
  // Image.fromarray([[0, 0, 255, 255]]).resize((2, 1), BILINEAR) and .resize((8, 1), BILINEAR)
  assertEquals(levels(resizeTo(gray(4, [0, 0, 255, 255]), 2, 1)), [36, 219]);
  assertEquals(levels(resizeTo(gray(4, [0, 0, 255, 255]), 8, 1)), [0, 0, 0, 64, 191, 255, 255, 255]);
  const bicubic = (width: number) =>
    levels(resizeTo(gray(4, [0, 0, 255, 255]), width, 1, { interpolation: "bicubic" }));
  assertEquals(bicubic(2), [21, 234]);
  assertEquals(bicubic(8), [0, 0, 0, 52, 203, 255, 255, 255]);
});

Deno.test("resizeTo() returns the same picture where nothing changes", () => {
  const picture = patterned(5, 4);
  assertStrictEquals(resizeTo(picture, 5, 4), picture);
});

Deno.test("resizeTo() refuses sides without pixels", () => {
  assertThrows(() => resizeTo(patterned(5, 4), 0, 4), RangeError, "Cannot resize image to 0x4");
});

Deno.test("resizeShorterSide() cuts the longer side to an integer as torchvision does", () => {
  const size = ({ width, height }: Picture) => [width, height];
  assertEquals(size(resizeShorterSide(flat(30, 42, [1, 2, 3]), 64)), [64, 89]);
  assertEquals(size(resizeShorterSide(flat(42, 30, [1, 2, 3]), 64)), [89, 64]);
  assertEquals(size(resizeShorterSide(flat(30, 30, [1, 2, 3]), 37)), [37, 37]);
});

Deno.test("resizedPart() gives that part of the whole resized picture", () => {
  const random = rng(3, "parts");
  for (let i = 0; i < 200; i++) {
    const [width, height, w, h] = Array.from({ length: 4 }, () => 1 + random.integer(40));
    const picture = patterned(width, height);
    const box = {
      left: random.integer(2 * w + 3) - w - 1,
      top: random.integer(2 * h + 3) - h - 1,
      width: 1 + random.integer(30),
      height: 1 + random.integer(30),
    };
    const whole = resizeTo(picture, w, h);
    const { left, top } = box;
    assertEquals(
      resizedPart(picture, { width: w, height: h }, box),
      { ...crop(whole, top, left, box.height, box.width) },
      JSON.stringify([width, height, w, h, box]),
    );
  }
});

Deno.test("a thin picture is resized and cut like any other, whatever its length", () => {
  const steps = defaultEvalSteps(224);
  for (const [width, height] of [[3000, 1], [1, 300], [300_000, 1], [1, 1]]) {
    const { apply } = pipeline(steps, { imageSize: 224, purpose: "eval" });
    const middle = apply(patterned(width, height), rng(1, "thin"));
    assertEquals([middle.width, middle.height, middle.data.length], [224, 224, 224 * 224 * 3]);
    assert(middle.data.some((level) => level > 0));
  }
});

Deno.test("crop() fills what lies outside with black", () => {
  assertEquals(levels(crop(gray(2, [1, 2, 3, 4]), -1, 1, 3, 2)), [0, 0, 2, 0, 4, 0]);
  assertEquals(levels(crop(gray(2, [1, 2, 3, 4]), 5, 5, 1, 1)), [0]);
});

Deno.test("centerCrop() rounds and pads as torchvision does", () => {
  assertEquals(
    levels(centerCrop(gray(5, [1, 2, 3, 4, 5]), 2)),
    [3, 4, 0, 0],
  );
  assertEquals(levels(centerCrop(gray(7, [1, 2, 3, 4, 5, 6, 7]), 2)), [3, 4, 0, 0]);
  assertEquals(levels(centerCrop(gray(1, [7]), 4)), [0, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
});

Deno.test("flipHorizontally() mirrors rows and undoes itself", () => {
  assertEquals(levels(flipHorizontally(gray(3, [1, 2, 3, 4, 5, 6]))), [3, 2, 1, 6, 5, 4]);
  const picture = patterned(7, 5);
  assertEquals(flipHorizontally(flipHorizontally(picture)), picture);
});

Deno.test("colour factors of 0 and 1 give the degenerate picture and the picture itself", () => {
  const picture = patterned(8, 8);
  for (const adjust of [adjustBrightness, adjustContrast, adjustSaturation]) {
    assertStrictEquals(adjust(picture, 1), picture);
    assertThrows(() => adjust(picture, -0.1), RangeError, "need a factor of at least 0");
  }
  assertEquals(adjustBrightness(picture, 0), flat(8, 8, [0, 0, 0]));
  assertEquals(new Set(adjustContrast(picture, 0).data).size, 1);
  const { data } = adjustSaturation(picture, 0);
  for (let i = 0; i < data.length; i += 3) assert(data[i] === data[i + 1] && data[i] === data[i + 2]);
});

Deno.test("adjustHue() turns red into green by a third and leaves gray alone", () => {
  assertEquals(adjustHue(flat(1, 1, [200, 0, 0]), 1 / 3).data.slice(1, 2), Uint8Array.of(200));
  assertEquals(adjustHue(flat(2, 2, [90, 90, 90]), 0.3), adjustHue(flat(2, 2, [90, 90, 90]), 0));
  assertThrows(() => adjustHue(flat(1, 1, [1, 2, 3]), 0.6), RangeError, "Cannot adjust the hue by 0.6");
});

Deno.test("adjustHue() gives the levels of torchvision 0.14", () => {
  const data = Uint8Array.of(10, 50, 220, 200, 20, 100, 30, 30, 30, 255, 128, 0, 90, 91, 250);
  const picture = { width: 5, height: 1, data };
  // TF.adjust_hue(tensor, 0.1) and TF.adjust_hue(tensor, -0.37)
  assertEquals([...adjustHue(picture, 0.1).data], [
    96,
    10,
    220,
    200,
    47,
    19,
    30,
    30,
    30,
    229,
    255,
    0,
    185,
    90,
    250,
  ]);
  assertEquals([...adjustHue(picture, -0.37).data], [
    96,
    220,
    10,
    19,
    139,
    200,
    30,
    30,
    30,
    71,
    0,
    255,
    126,
    250,
    90,
  ]);
});

Deno.test("affine() moves a pixel right and down and fills what comes free", () => {
  const warp = { angle: 0, translate: [1, 1], scale: 1, shear: [0, 0], fill: [9, 9, 9] } as const;
  for (const interpolation of ["nearest", "bilinear"] as const) {
    assertEquals(levels(affine(gray(3, [1, 2, 3, 4, 5, 6, 7, 8, 0]), { ...warp, interpolation })), [
      9,
      9,
      9,
      9,
      1,
      2,
      9,
      4,
      5,
    ]);
  }
  assertThrows(
    () => affine(flat(2, 2, [0, 0, 0]), { ...warp, scale: 0, interpolation: "nearest" }),
    RangeError,
    "scale must be above 0",
  );
});

Deno.test("affine() turns clockwise", () => {
  const warp = { angle: 90, translate: [0, 0], scale: 1, shear: [0, 0], fill: [0, 0, 0] } as const;
  assertEquals(levels(affine(gray(2, [1, 2, 3, 4]), { ...warp, interpolation: "nearest" })), [3, 1, 4, 2]);
});

Deno.test("drawCrop() stays inside the picture, within scale and ratio", () => {
  for (let i = 0; i < 2000; i++) {
    const { top, left, height, width } = drawCrop(60, 40, [0.08, 1], [3 / 4, 4 / 3], rng(1, i));
    assert(
      top >= 0 && left >= 0 && top + height <= 40 && left + width <= 60,
      JSON.stringify({ top, left, height, width }),
    );
    assert(width * height >= 0.08 * 2400 * 0.85, "the area is a share of at least scale[0], up to rounding");
    assert(width / height > 0.65 && width / height < 1.55);
  }
});

Deno.test("drawCrop() falls back to the largest central crop", () => {
  assertEquals(drawCrop(100, 10, [1, 1], [3 / 4, 4 / 3], rng(1)), {
    top: 0,
    left: 43,
    height: 10,
    width: 13,
  });
  assertEquals(drawCrop(10, 100, [1, 1], [3 / 4, 4 / 3], rng(1)), {
    top: 43,
    left: 0,
    height: 13,
    width: 10,
  });
});

Deno.test("random_resized_crop gives a square of the image size or its own", () => {
  const make = (options: object) => made(random_resized_crop, options);
  const size = ({ width, height }: Picture) => [width, height];
  assertEquals(size(make({})(patterned(30, 42), rng(1))), [16, 16]);
  assertEquals(size(make({ size: 9 })(patterned(3, 2), rng(1))), [9, 9]);
});

Deno.test("random_horizontal_flip flips with its probability", () => {
  const picture = patterned(4, 4);
  const make = (p: number) => made(random_horizontal_flip, { p });
  let flips = 0;
  for (let i = 0; i < 1000; i++) flips += make(0.3)(picture, rng(1, i)) === picture ? 0 : 1;
  assert(flips > 250 && flips < 350, `flipped ${flips} of 1000`);
  assertStrictEquals(make(0)(picture, rng(1)), picture);
  assertEquals(make(1)(picture, rng(1)), flipHorizontally(picture));
});

Deno.test("color_jitter changes nothing without strengths and something with them", () => {
  const picture = patterned(6, 6);
  const make = (options: object) => made(color_jitter, options);
  assertStrictEquals(make({})(picture, rng(1)), picture);
  for (const options of [{ brightness: 0.5 }, { contrast: 0.5 }, { saturation: 0.5 }, { hue: 0.3 }]) {
    const seen = new Set(Array.from({ length: 5 }, (_, i) => make(options)(picture, rng(1, i)).data.join()));
    assertEquals(seen.size, 5, JSON.stringify(options));
  }
  assertEquals(make({ brightness: [2, 2] })(picture, rng(1)), adjustBrightness(picture, 2));
});

Deno.test("color_jitter applies its steps in random order", () => {
  const picture = patterned(6, 6);
  const jitter = made(color_jitter, { brightness: [1.8, 1.8], contrast: [0.4, 0.4] });
  const first = adjustContrast(adjustBrightness(picture, 1.8), 0.4).data.join();
  const second = adjustBrightness(adjustContrast(picture, 0.4), 1.8).data.join();
  const seen = new Set(Array.from({ length: 30 }, (_, i) => jitter(picture, rng(1, i)).data.join()));
  assertEquals(seen, new Set([first, second]));
});

Deno.test("random_affine stays within its ranges", () => {
  const make = (options: object) => made(random_affine, options);
  const picture = gray(3, [0, 0, 0, 0, 255, 0, 0, 0, 0]);
  assertEquals(make({ degrees: 0 })(picture, rng(1)), picture);
  const places = new Set<number>();
  for (let i = 0; i < 200; i++) {
    places.add(levels(make({ degrees: 0, translate: [0.34, 0] })(picture, rng(1, i))).indexOf(255));
  }
  assertEquals([...places].sort(), [3, 4, 5]);
});

Deno.test("normalizer() writes NHWC4 with float32 steps as PyTorch's", () => {
  const out = new Float32Array(12).fill(5);
  normalizer(IMAGENET)({ width: 2, height: 1, data: Uint8Array.of(0, 128, 255, 255, 1, 2) }, out, 4);
  // ((torch.tensor([0, 128, 255]) / 255) - mean) / std
  const expected = [5, 5, 5, 5, -2.1179039478302, 0.20518219470977783, 2.6400001049041748, 0];
  assertEquals([...out.subarray(0, 8)], expected);
  assertEquals([out[11], out.length], [0, 12]);
});
