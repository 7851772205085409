/** The preparation in the graph, run by ONNX Runtime, against the one that training and evaluation use. */
import { assert, assertEquals } from "@std/assert";
import { rng } from "../../../src/base/rng.ts";
import { normalizer } from "../../../src/data/transforms/normalize.ts";
import { pipeline } from "../../../src/data/transforms/pipeline.ts";
import { IMAGENET, type Picture } from "../../../src/data/types.ts";
import type { Preparation } from "../../../src/formats/onnx/prepare_input.ts";
import { openOnnx } from "../../../src/host/deno_onnx.ts";
import type { OnnxSession } from "../../../src/setup/host.ts";
import { preparationFile } from "./preparation.ts";

function randomPicture(width: number, height: number): Picture {
  const stream = rng(9, "picture", width, height);
  return {
    width,
    height,
    data: Uint8Array.from({ length: width * height * 3 }, () => stream.uniform(0, 256)),
  };
}

/** A model that gives the images as the network would read them. */
async function withGraph(
  preparation: Preparation,
  size: number,
  body: (session: OnnxSession) => Promise<void>,
) {
  const path = await Deno.makeTempFile({ suffix: ".onnx" });
  await Deno.writeFile(path, await preparationFile(preparation, size));
  const session = await openOnnx(path);
  try {
    await body(session);
  } finally {
    await session.close();
    await Deno.remove(path);
  }
}

/** [H, W, 4] as [3, H, W]. */
function planes(images: Float32Array): Float32Array {
  const pixels = images.length / 4;
  return Float32Array.from({ length: 3 * pixels }, (_, i) => images[i % pixels * 4 + Math.floor(i / pixels)]);
}

const sizes = [[50, 50], [41, 67], [300, 37], [23, 19], [19, 200], [1, 1], [1, 90], [640, 481], [32, 31], [
  15001,
  12,
]];

const resizes = [[37, 32], [32, 32], [20, 33], [64, 31], [null, 32], [[32, 32], 32], [[37, 37], 32]] as const;

const pictures = sizes.map(([width, height]) => randomPicture(width, height));
const each = (["portable", "exact"] as const).flatMap((form) => [
  ...resizes.map(([resize, size]) => ({ form, resize, interpolation: "bilinear", size } as const)),
  ...([[37, 32], [64, 31]] as const).map(([resize, size]) =>
    ({ form, resize, interpolation: "bicubic", size }) as const
  ),
]);

for (const { size, ...how } of each) {
  const { form, resize, interpolation } = how, isExact = form === "exact" || interpolation === "bilinear";
  const agreement = isExact ? "bit for bit" : "but for a level in a thousand";
  Deno.test(`the ${form} graph prepares pixels as the pipeline, ${agreement}: ${interpolation} resize ${resize}, crop ${size}`, () =>
    withGraph({ input: "pixels", normalization: IMAGENET, ...how }, size, async (session) => {
      const options = typeof resize === "object"
        ? { size: resize?.[0], keep_aspect: false, interpolation }
        : { size: resize, interpolation };
      const steps = [...(resize === null ? [] : [{ resize: options }]), { center_crop: { size } }];
      const prepare = pipeline(steps, { imageSize: size, purpose: "eval" });
      let off = 0, count = 0;
      for (const picture of pictures) {
        const { width, height, data } = picture;
        const images = new Float32Array(size * size * 4);
        normalizer(IMAGENET)(prepare.apply(picture, rng(0)), images, 0);
        const values = await session.run({ type: "u8", shape: [1, height, width, 3], values: data });
        const expected = planes(images);
        if (isExact) assertEquals(values, expected, `${width}x${height}`);
        else {
          const most = 1.01 / 255 / Math.min(...IMAGENET.std);
          values.forEach((value, i) => {
            assert(Math.abs(value - expected[i]) <= most, `${width}x${height}: ${value}, not ${expected[i]}`);
            if (value !== expected[i]) off++;
          });
          count += values.length;
        }
      }
      assert(off <= 1e-3 * count, `${off} of ${count} values are off`);
    }));
}

Deno.test("the graph takes several pictures of one size at once", () =>
  withGraph(
    { input: "pixels", normalization: IMAGENET, resize: 20, interpolation: "bilinear", form: "portable" },
    16,
    async (session) => {
      const one = randomPicture(31, 45), two = randomPicture(31, 45).data.toReversed();
      const both = new Uint8Array([...one.data, ...two]);
      const run = (n: number, values: Uint8Array) =>
        session.run({ type: "u8", shape: [n, 45, 31, 3], values });
      assertEquals([...await run(2, both)], [...await run(1, one.data), ...await run(1, two)]);
    },
  ));

Deno.test("the graph normalises values of 0 to 1", () =>
  withGraph(
    { input: "unit", normalization: { mean: [0.5, 0.25, 0], std: [0.5, 0.25, 2] } },
    1,
    async (session) => {
      const values = await session.run({
        type: "f32",
        shape: [1, 3, 1, 1],
        values: Float32Array.of(1, 0.5, 1),
      });
      assertEquals([...values], [1, 1, 0.5]);
    },
  ));
