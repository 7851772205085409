/** ONNX files of other exporters, run by ONNX Runtime. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { ConfigError, DataError } from "../../../src/base/errors.ts";
import { rng } from "../../../src/base/rng.ts";
import { crop } from "../../../src/data/transforms/crop.ts";
import { flipHorizontally } from "../../../src/data/transforms/flip.ts";
import type { Tta } from "../../../src/data/transforms/tta.ts";
import type { Picture } from "../../../src/data/types.ts";
import { openOnnx } from "../../../src/host/deno_onnx.ts";
import { softmax } from "../../../src/metrics/softmax.ts";
import { onnxClassifier } from "../../../src/setup/classify/onnx_classifier.ts";
import { type ForeignModel, foreignOnnx, weightAt, weightOf } from "./foreign_onnx.ts";

const base: ForeignModel = { type: "f32", channels: "first", batch: null, height: 8, width: 8, classes: 4 };
const MEAN = [0.485, 0.456, 0.406], STD = [0.229, 0.224, 0.225];
const random = rng(5, "pictures");

/** Opens a model from its bytes. */
async function open(bytes: Uint8Array<ArrayBuffer>, imageSize?: number, tta: Tta | null = null) {
  const folder = await Deno.makeTempDir(), path = `${folder}/x.onnx`;
  try {
    await Deno.writeFile(path, bytes);
    const host = { openOnnx, readFile: (path: string) => Deno.readFile(path) };
    const size = imageSize === undefined ? {} : { imageSize };
    const classifier = await onnxClassifier(host, path, { ...size, tta });
    return { ...classifier, notes: classifier.notes.map((note) => note.replace(path, "x.onnx")) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A picture of one colour, which no resize and no crop changes. */
function plain(): Picture {
  const color = [random.integer(256), random.integer(256), random.integer(256)];
  const [width, height] = [5 + random.integer(20), 5 + random.integer(20)];
  return { width, height, data: Uint8Array.from({ length: 3 * width * height }, (_, i) => color[i % 3]) };
}

function noise(width: number, height: number): Picture {
  return { width, height, data: Uint8Array.from({ length: 3 * width * height }, () => random.integer(256)) };
}

/** What a model makes of a picture of one colour, in float64. */
function expected(
  { data }: Picture,
  classes: number,
  value: (level: number, channel: number) => number,
): number[] {
  return Array.from(
    { length: classes },
    (_, c) =>
      [0, 1, 2].reduce((sum, channel) => sum + value(data[channel], channel) * weightOf(channel, c), 0),
  );
}
const normalized = (level: number, channel: number) => (level / 255 - MEAN[channel]) / STD[channel];

function assertClose(
  actual: ArrayLike<number>,
  wanted: readonly number[],
  tolerance: number,
  what: string,
): void {
  assertEquals(actual.length, wanted.length, what);
  const scale = Math.max(1, ...wanted.map(Math.abs));
  for (const [i, value] of wanted.entries()) {
    assert(Math.abs(actual[i] - value) <= tolerance * scale, `${what}: [${i}] is ${actual[i]}, not ${value}`);
  }
}

Deno.test("an ONNX file of any type, layout, batch and size gives the logits of float64", async () => {
  for (const type of ["f32", "f16", "u8"] as const) {
    for (const channels of ["first", "last"] as const) {
      for (const batch of [null, 1, 3]) {
        for (const size of [null, 8]) {
          const model: ForeignModel = { ...base, type, channels, batch, height: size, width: size };
          const classifier = await open(foreignOnnx(model), 12);
          const pictures = Array.from({ length: 5 }, plain);
          const value = type === "u8" ? (level: number) => level : normalized;
          const wanted = pictures.flatMap((picture) => expected(picture, 4, value));
          const tolerance = type === "f16" ? 2e-3 : 1e-5;
          assertClose(await classifier.logits(pictures), wanted, tolerance, JSON.stringify(model));
          assertEquals([classifier.card.imageSize, classifier.card.classes], [size ?? 12, [
            "0",
            "1",
            "2",
            "3",
          ]]);
          await classifier.close();
        }
      }
    }
  }
});

Deno.test("an ONNX file gets each pixel at its place, in a rectangle too, and in a batch that is filled up", async () => {
  for (const channels of ["first", "last"] as const) {
    const model: ForeignModel = { ...base, channels, batch: 3, height: 5, width: 7 };
    const classifier = await open(foreignOnnx(model, true));
    const pictures = [noise(7, 5), noise(7, 5), noise(7, 5), noise(7, 5)];
    const wanted = pictures.flatMap(({ data }) =>
      Array.from({ length: 4 }, (_, c) => {
        let sum = 0;
        for (const [i, level] of data.entries()) {
          const channel = i % 3, pixel = (i - channel) / 3;
          sum += normalized(level, channel) * weightAt(channels === "last" ? i : channel * 35 + pixel, c);
        }
        return sum;
      })
    );
    assertClose(await classifier.logits(pictures), wanted, 1e-5, channels);
    assertEquals(classifier.notes, [
      "x.onnx does not say its class names and preprocessing; assumed: classes named by their numbers; stretched to " +
      "a width of 7 and a height of 5 px, values from 0 to 1, normalised by mean 0.485, 0.456, 0.406 and std " +
      "0.229, 0.224, 0.225",
    ]);
    await classifier.close();
  }
});

Deno.test("views of an image have the mean logits of files that were flipped or cropped before", async () => {
  const steps = (size: number) => JSON.stringify([{ resize: { size } }, "center_crop", { normalize: {} }]);
  const model = (size: number) => ({ ...base, metadata: { "wgrad.eval_transforms": steps(size) } });
  const single = await open(foreignOnnx(model(8), true));
  const mean = async (files: readonly Picture[]) => {
    const logits = await single.logits(files);
    return [0, 1, 2, 3].map((c) => files.reduce((sum, _, n) => sum + logits[4 * n + c], 0) / files.length);
  };
  const flips = await open(foreignOnnx(model(8), true), undefined, "flip"), square = noise(8, 8);
  assertClose(await flips.logits([square]), await mean([square, flipHorizontally(square)]), 1e-6, "flip");
  const crops = await open(foreignOnnx(model(10), true), undefined, "crops"), larger = noise(10, 14);
  const boxes = [[0, 0], [0, 2], [6, 0], [6, 2], [3, 1]];
  const five = boxes.map(([top, left]) => crop(larger, top, left, 8, 8));
  assertClose(await crops.logits([larger]), await mean(five), 1e-6, "crops");
  const pixels = foreignOnnx({ ...base, type: "u8", height: null, width: null });
  await assertRejects(() => open(pixels, undefined, "crops"), ConfigError, "ends without a crop");
  for (const classifier of [single, flips, crops]) await classifier.close();
});

Deno.test("a Softmax at the end of an ONNX file is not applied twice", async () => {
  const endings = [["Softmax"], ["Softmax", "Identity"], ["LogSoftmax"], ["Identity"], []];
  for (const type of ["f32", "f16"] as const) {
    for (const ending of endings) {
      for (const trailing of [0, 2]) {
        const classifier = await open(foreignOnnx({ ...base, type, ending, trailing }));
        const picture = plain(), logits = await classifier.logits([picture]);
        const own = softmax(Float32Array.from(expected(picture, 4, normalized)), 4);
        assertClose(softmax(logits, 4), [...own], type === "f32" ? 1e-5 : 5e-3, ending.join());
        await classifier.close();
      }
    }
  }
  await assertRejects(
    () => open(foreignOnnx({ ...base, ending: ["Sigmoid"] })),
    DataError,
    "it ends with a Sigmoid",
  );
});

Deno.test("a probability of 0 is a finite logit", async () => {
  const bytes = foreignOnnx({
    ...base,
    type: "u8",
    height: null,
    width: null,
    channels: "last",
    ending: ["Softmax"],
  });
  const classifier = await open(bytes);
  const logits = await classifier.logits([{ width: 1, height: 1, data: Uint8Array.of(255, 255, 255) }]);
  assert(logits.every(Number.isFinite), String(logits));
  assertEquals(Math.min(...softmax(logits, 4)) < 1e-30, true);
  await classifier.close();
});

const ultralytics = {
  author: "Ultralytics",
  task: "classify",
  imgsz: "[6, 6]",
  names: `{0: 'ant', 1: "crane's", 2: 'caf\\xe9 \\'x\\'', 3: '字'}`,
};

Deno.test("an ONNX file of Ultralytics says its classes and its size, and takes values from 0 to 1", async () => {
  for (const size of [6, null]) {
    const bytes = foreignOnnx({
      ...base,
      batch: 1,
      height: size,
      width: size,
      ending: ["Softmax"],
      metadata: ultralytics,
    });
    const classifier = await open(bytes, 64);
    assertEquals(classifier.card.classes, ["ant", "crane's", "café 'x'", "字"]);
    assertEquals([classifier.card.imageSize, classifier.missing.filter((what) => what !== "architecture")], [
      6,
      [],
    ]);
    assertEquals(classifier.notes, [
      "x.onnx is of Ultralytics, so images are prepared as there: shorter side to 6 px, central crop of 6 px, values " +
      "from 0 to 1",
    ]);
    const pictures = [plain(), plain()];
    const wanted = pictures.flatMap((one) => [
      ...softmax(Float32Array.from(expected(one, 4, (level) => level / 255)), 4),
    ]);
    assertClose(softmax(await classifier.logits(pictures), 4), wanted, 1e-5, "Ultralytics");
    await classifier.close();
  }
});

Deno.test("names in the metadata may be a list or JSON, and must name each class", async () => {
  const classes = async (names: string) =>
    (await open(foreignOnnx({ ...base, metadata: { names } }))).card.classes;
  assertEquals(await classes("['a', 'b', 'c', 'd']"), ["a", "b", "c", "d"]);
  assertEquals(await classes('{"1": "b", "0": "a", "3": "d", "2": "c,\\n"}'), ["a", "b", "c,\n", "d"]);
  for (
    const names of ["", "{}", "{0: 'a', 2: 'c'}", "['a' 'b']", "{0: a}", "{999999999: 'a'}", "['a'], evil"]
  ) {
    await assertRejects(() => classes(names), DataError, 'its "names" must name each class');
  }
  await assertRejects(() => classes("['a', 'b']"), DataError, "it names 2 classes, its model has 4");
});

Deno.test("an ONNX file whose size is free takes that of the configuration, or 224", async () => {
  for (const [given, size] of [[20, 20], [undefined, 224]]) {
    const classifier = await open(foreignOnnx({ ...base, height: null, width: null }), given);
    assertEquals([classifier.card.imageSize, classifier.missing.includes("image size")], [size, true]);
    await classifier.close();
  }
});

Deno.test("an ONNX file that takes or gives something else is refused", async () => {
  const refused: [Partial<ForeignModel>, string][] = [
    [{ metadata: { "wgrad.image_size": "9" } }, "its metadata does not fit its input"],
    [{ metadata: { "wgrad.input": "pixels" } }, "its metadata does not fit its input"],
    [{ metadata: { author: "Ultralytics", task: "classify" }, height: 8, width: 9 }, "makes square images"],
    [{ classes: 0 }, "it must have one output [N, classes]"],
  ];
  for (const [change, says] of refused) {
    await assertRejects(() => open(foreignOnnx({ ...base, ...change })), DataError, says);
  }
});
