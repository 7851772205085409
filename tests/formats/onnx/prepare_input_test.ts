/** The preparation in the graph, run by ONNX Runtime, against the one that training and evaluation use. */
import { assertEquals } from "@std/assert";
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

const each = resizes.flatMap(([resize, size]) =>
  (["portable", "exact"] as const).map((form) => ({ form, resize, size }))
);

for (const { form, resize, size } of each) {
  Deno.test(`the ${form} graph prepares pixels as the pipeline, bit for bit: resize ${resize}, crop ${size}`, () =>
    withGraph({ input: "pixels", normalization: IMAGENET, resize, form }, size, async (session) => {
      const options = typeof resize === "object"
        ? { size: resize?.[0], keep_aspect: false }
        : { size: resize };
      const steps = [...(resize === null ? [] : [{ resize: options }]), { center_crop: { size } }];
      const prepare = pipeline(steps, { imageSize: size, purpose: "eval" });
      for (const [width, height] of sizes) {
        const picture = randomPicture(width, height);
        const expected = new Float32Array(size * size * 4);
        normalizer(IMAGENET)(prepare.apply(picture, rng(0)), expected, 0);
        const values = await session.run({ type: "u8", shape: [1, height, width, 3], values: picture.data });
        assertEquals(values, planes(expected), `${width}x${height}`);
      }
    }));
}

Deno.test("the graph takes several pictures of one size at once", () =>
  withGraph(
    { input: "pixels", normalization: IMAGENET, resize: 20, form: "portable" },
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
