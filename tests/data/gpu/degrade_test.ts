import { assertEquals } from "@std/assert";
import { rng } from "../../../src/base/rng.ts";
import type { Operation } from "../../../src/data/transforms/operation.ts";
import { perspectiveCoefficients } from "../../../src/data/transforms/perspective.ts";
import { pipeline } from "../../../src/data/transforms/pipeline.ts";
import { gpuTest } from "../../rings.ts";
import { type Agreement, assertTwins, photo, renderBoth } from "./render_case.ts";

const SIDES = [35, 16, 5];
const pictures = [[50, 41], [17, 60], [64, 64], [33, 9]].map(([width, height], i) => photo(width, height, i));

/** Compares both ways on `pictures`, resized to odd sides and then changed by what `make` says. */
async function check(
  make: (side: number, i: number) => Operation[],
  agreement: Agreement,
  sides: readonly number[] = SIDES,
): Promise<void> {
  for (const side of sides) {
    const operations = pictures.map((_, i): Operation[] => [
      { kind: "resize", width: side, height: side },
      ...make(side, i),
    ]);
    await assertTwins({ pictures, operations, side }, agreement, `side ${side}`);
  }
}

gpuTest("augmenter() leaves of a picture what JPEG leaves, to the level", async () => {
  await check((_, i) => [{ kind: "jpeg", quality: [3, 20, 55, 96][i] }], "exact", [35, 16, 5, 3]);
});

gpuTest("augmenter() pixelates and mirrors warped pictures to the level", async () => {
  const part = (side: number, share: number) => Math.max(1, Math.round(side * share));
  await check((side, i) => [
    { kind: "pixelate", width: part(side, 0.13 + i / 5), height: part(side, 0.9 - i / 5) },
    { kind: "flip" },
  ], "exact");
});

gpuTest("augmenter() lowers resolution and zooms in and out to the level", async () => {
  await check((side, i) => {
    const [w, h] = [Math.max(1, side - 3 - 2 * i), Math.max(1, Math.round(side / 2))];
    const place = { top: Math.floor((side - h) / 2), left: side - w, width: w, height: h };
    const back: Operation = { kind: "resize", width: side, height: side };
    const list: Operation[][] = [
      [{ kind: "downscale", width: w, height: h }],
      [{ kind: "crop", ...place }, back],
      [{ kind: "zoom_out", ...place, fill: [124, 116, 104] }],
      [{ kind: "zoom_out", ...place, fill: [1, 2, 3] }, { kind: "downscale", width: h, height: w }],
    ];
    return list[i];
  }, "exact");
});

gpuTest("augmenter() blurs in windows of any size that mirror a picture once", async () => {
  const blur = (x: number, y: number, sigma: number): Operation => ({
    kind: "blur",
    kernel: [x, y],
    sigma: [sigma, sigma * 1.3],
  });
  await check(
    (_, i) => [[blur(7, 7, 0.5)], [blur(9, 3, 3.5)], [blur(1, 7, 1.1)], [blur(7, 7, 2)]][i],
    "level",
  );
});

gpuTest("augmenter() adds the processor's noise", async () => {
  await check((_, i) => [{ kind: "noise", sigma: 10 * i + 0.5, key: [i * 77777, 4e9 + i] }], "level");
});

gpuTest("augmenter() moves corners in perspective", async () => {
  await check((side, i) => {
    const far = side - 1, in1 = side * 0.1 * i;
    const from = [[0, 0], [far, 0], [far, far], [0, far]] as const;
    const to = [[in1, in1 / 2], [far - in1, 1], [far, far - in1], [1, far - in1 / 3]] as const;
    const coefficients = perspectiveCoefficients(from, to)!;
    const interpolation = i % 2 ? "nearest" : "bilinear";
    return [{ kind: "perspective", coefficients, interpolation, fill: [9, 0, 200] }];
  }, "level");
});

/** conf/transforms/basketball_jersey.yaml. */
const JERSEY = [
  { random_resized_crop: { scale: [0.08, 1.0] } },
  { random_affine: { degrees: 25, translate: [0.1, 0.1], scale: [0.85, 1.15], shear: [-15, 15] } },
  { random_perspective: { distortion_scale: 0.3, p: 0.4 } },
  { color_jitter: { brightness: 0.2, contrast: 0.2, saturation: 0.2, hue: 0.1 } },
  { gaussian_blur: { kernel_size: 7, sigma: [0.5, 3.5] } },
  {
    random_apply: {
      p: 0.85,
      transforms: [
        { jpeg: { quality: [5, 55], p: 0.7 } },
        { pixelate: { scale: [0.1, 0.5], p: 0.4 } },
        { bilinear_downscale: { scale: [0.1, 0.45], p: 0.5 } },
        { gaussian_noise: { sigma: [10, 40], p: 0.6 } },
        {
          random_choice: {
            transforms: [{ zoom_in: { scale: [0.5, 1.0] } }, { zoom_out: { scale: [1.1, 2.0] } }],
          },
        },
      ],
    },
  },
  { normalize: {} },
  { random_erasing: { p: 0.3, scale: [0.02, 0.2] } },
];

gpuTest("augmenter() makes the images of the jersey preset, all of it on the GPU", async () => {
  const [side] = SIDES;
  const { draw } = pipeline(JERSEY, { imageSize: side, purpose: "train" });
  const many = Array.from({ length: 50 }, (_, i) => pictures[i % pictures.length]);
  const operations = many.map((picture, i) => draw(picture, rng(3, "augment", 0).fork(i)));
  const { notes } = await renderBoth({ pictures: many, operations, side });
  assertEquals(notes, []);
  await assertTwins({ pictures: many, operations, side }, "chain");
});
