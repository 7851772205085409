/** What is lost by a crop, against the pixels that come out. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { rng } from "../../src/base/rng.ts";
import { applyOperations } from "../../src/data/transforms/apply.ts";
import { cropLoss, type SizeCount, summarizeCrops } from "../../src/data/transforms/crop_loss.ts";
import { pipeline } from "../../src/data/transforms/pipeline.ts";
import type { Step } from "../../src/data/transforms/transform.ts";
import type { Picture } from "../../src/data/types.ts";

const random = rng(19, "crop loss");

/** Steps that end in a square of `imageSize`, as evaluation may have them. */
function drawnSteps(imageSize: number): Step[] {
  const ratio = random.uniform(0.6, 2), size = Math.max(4, Math.round(imageSize * random.uniform(0.5, 3)));
  const choices: Step[][] = [
    ["resize", "center_crop"],
    [{ resize: { ratio } }, "center_crop", "normalize"],
    [{ center_crop: { size } }, { resize: { ratio } }, "center_crop"],
    [{ resize: { keep_aspect: false } }],
    [{ center_crop: { size } }, { resize: { keep_aspect: false } }, "normalize"],
  ];
  return choices[random.integer(choices.length)];
}

/** White columns `from` .. `to` - 1 on black. */
function columns(width: number, height: number, from: number, to: number): Picture {
  const data = new Uint8Array(width * height * 3);
  for (let at = 0; at < data.length; at += 3) {
    const x = at / 3 % width;
    if (x >= from && x < to) data.fill(255, at, at + 3);
  }
  return { width, height, data };
}

const turned = ({ width, height, data }: Picture): Picture => {
  const out = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      out.set(data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3), (x * height + y) * 3);
    }
  }
  return { width: height, height: width, data: out };
};

Deno.test("cropLoss() loses what no pixel of the result shows, and nothing else, on all four sides", () => {
  for (let n = 0; n < 150; n++) {
    const imageSize = 8 + random.integer(40);
    const width = 4 + random.integer(150), height = 4 + random.integer(150);
    const steps = drawnSteps(imageSize),
      what = `${width} x ${height} by ${JSON.stringify(steps)} at ${imageSize}`;
    const operations = pipeline(steps, { imageSize, purpose: "eval" }).draw({ width, height }, rng(1));
    const loss = cropLoss(operations, { width, height });
    const isLit = (picture: Picture) => applyOperations(picture, operations).data.some((level) => level > 0);
    const sides: [string, number, number, number, (from: number, to: number) => Picture][] = [
      ["left", loss.left, width, loss.perPixel[0], (from, to) => columns(width, height, from, to)],
      [
        "right",
        loss.right,
        width,
        loss.perPixel[0],
        (from, to) => columns(width, height, width - to, width - from),
      ],
      ["top", loss.top, height, loss.perPixel[1], (from, to) => turned(columns(height, width, from, to))],
      [
        "bottom",
        loss.bottom,
        height,
        loss.perPixel[1],
        (from, to) => turned(columns(height, width, height - to, height - from)),
      ],
    ];
    for (const [side, share, length, pixel, strip] of sides) {
      const lost = share * length, reach = 2 * Math.max(1, pixel) + 1; // how far a resize looks
      assert(share >= 0 && share < 1, what);
      const dark = Math.floor(lost - reach);
      if (dark > 0) assert(!isLit(strip(0, dark)), `${side} of ${what}: ${dark} of ${lost} lost are seen`);
      const bright = Math.min(length, Math.ceil(lost + reach));
      assert(isLit(strip(Math.floor(lost), bright)), `${side} of ${what}: nothing is seen from ${lost} on`);
    }
  }
});

Deno.test("cropLoss() counts what is beside the image: the black pixels of a white one", () => {
  for (let n = 0; n < 60; n++) {
    const imageSize = 16 + random.integer(30),
      width = 4 + random.integer(80),
      height = 4 + random.integer(80);
    const operations = pipeline(["center_crop"], { imageSize, purpose: "eval" }).draw(
      { width, height },
      rng(1),
    );
    const { data } = applyOperations(columns(width, height, 0, width), operations);
    const black = data.filter((level) => level === 0).length / data.length;
    assertAlmostEquals(cropLoss(operations, { width, height }).beside, black, 1e-12);
  }
});

Deno.test("cropLoss() of torchvision's evaluation: 256/224 of the shorter side, the centre of both", () => {
  const draw =
    pipeline([{ resize: { ratio: 256 / 224 } }, "center_crop"], { imageSize: 224, purpose: "eval" }).draw;
  for (const [width, height] of [[500, 375], [1024, 256], [100, 100], [300, 3000]]) {
    const { left, right, top, bottom } = cropLoss(draw({ width, height }, rng(1)), { width, height });
    const [long, short] = [Math.max(width, height), Math.min(width, height)];
    const kept = 1 - 224 / 256, keptLong = 1 - 224 / Math.floor(256 * long / short);
    assertAlmostEquals(left + right, width >= height ? keptLong : kept, 1e-9);
    assertAlmostEquals(top + bottom, width > height ? kept : keptLong, 1e-9);
    assert(
      Math.abs(left - right) * width <= 2 * short / 256 && Math.abs(top - bottom) * height <= 2 * short / 256,
    );
  }
});

Deno.test("summarizeCrops() counts each image once, as one by one", () => {
  const imageSize = 32, { draw } = pipeline(["resize", "center_crop"], { imageSize, purpose: "eval" });
  const sizes: SizeCount[] = Array.from({ length: 200 }, () => ({
    width: 5 + random.integer(300),
    height: 5 + random.integer(300),
    count: 1 + random.integer(4),
  }));
  const summary = summarizeCrops(sizes, (size) => draw(size, rng(1)));
  const each = sizes.flatMap(({ count, width, height }) => {
    const short = Math.min(width, height), lost = (side: number) => 1 - 32 / Math.floor(32 * side / short);
    return Array.from({ length: count }, () => ({ width: lost(width), height: lost(height), short }));
  });
  const more = (axis: "width" | "height", share: number) =>
    each.filter((image) => image[axis] > share).length;
  for (const axis of ["width", "height"] as const) {
    const above = (at: number) => summary[axis].slice(at).reduce((sum, count) => sum + count, 0);
    assertEquals([0, 1, 2, 3, 4].map(above), [
      each.length,
      ...[0.001, 0.1, 0.25, 0.5].map((share) => more(axis, share)),
    ]);
  }
  assertEquals(summary.images, each.length);
  assertEquals(summary.enlarged, each.filter(({ short }) => short < 16).length);
  const kept = each.reduce((sum, { width, height }) => sum + (1 - width) * (1 - height), 0) / each.length;
  assertAlmostEquals(summary.kept, kept, 1e-9);
});
