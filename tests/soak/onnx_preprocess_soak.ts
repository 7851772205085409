/**
 * How far the portable preprocessing is from the exact one, on real photos where ../shared/data has them.
 * `WRITE_DOCS=1` also writes the table of docs/onnx.md.
 */
import { assert } from "@std/assert";
import { IMAGENET, type Picture } from "../../src/data/types.ts";
import type { ResizeForm } from "../../src/formats/onnx/prepare_input.ts";
import { openTree } from "../../src/host/deno_files.ts";
import { decodeImage } from "../../src/host/deno_images.ts";
import { openOnnx } from "../../src/host/deno_onnx.ts";
import { denoHost } from "../../src/host/deno.ts";
import type { OnnxInput, OnnxSession } from "../../src/setup/host.ts";
import { exportTask } from "../../src/tasks/export.ts";
import { isThere } from "../data/helpers.ts";
import { withFolder } from "../e2e/cli.ts";
import { preparationFile } from "../formats/onnx/preparation.ts";
import { gpuTest } from "../rings.ts";
import { writeCheckpoint } from "./onnx_runtimes/exports.ts";
import { markdownTable, publish } from "./onnx_runtimes/table.ts";

const SIZE = 224, RESIZED = 256;
const FORMS = ["portable", "exact"] as const;

/** Real images: an archive, how many of its test images, and how many times each is enlarged. */
const sets = [
  { name: "jersey crops", file: "jersey-folders.zip", count: 60, factor: 1 },
  { name: "CIFAR-10", file: "cifar10-subset.zip", count: 60, factor: 1 },
  { name: "TrashNet", file: "photos-subset.zip", count: 60, factor: 1 },
  { name: "TrashNet, enlarged", file: "photos-subset.zip", count: 20, factor: 3 },
  { name: "TrashNet, enlarged more", file: "photos-subset.zip", count: 6, factor: 7 },
] as const;

const ROOT = "../shared/data";
const present = sets.filter(({ file }) => isThere(`${ROOT}/${file}`));

if (present.length === 0) console.log(`ignored: ${ROOT} has no images`);
else {
  const name = "the portable preprocessing gives what the exact one gives, but for a few roundings";
  gpuTest(name, () => withFolder(compareForms), { sanitizeOps: false, sanitizeResources: false });
}

async function compareForms(folder: string): Promise<void> {
  const best = await writeCheckpoint(folder, SIZE, RESIZED);
  const inputs = await Promise.all(FORMS.map((form) => preparation(folder, form)));
  const models = await Promise.all(FORMS.map((form) => exported(folder, best, form)));
  const rows = [[
    "images",
    "pixels a side",
    "values that differ",
    "largest difference of a value",
    "of a logit",
  ]];
  for (const { name, file, count, factor } of present) {
    let values = 0, different = 0, largest = 0, ofLogits = 0;
    const sides: number[] = [];
    for await (const picture of pictures(`${ROOT}/${file}`, count)) {
      const { width, height, data } = enlarged(picture, factor);
      sides.push(width, height);
      const input = { type: "u8", shape: [1, height, width, 3], values: data } as const;
      const off = await difference(inputs, input);
      values += off.length;
      different += off.filter((one) => one > 0).length;
      largest = off.reduce((most, one) => Math.max(most, one), largest);
      ofLogits = Math.max(ofLogits, ...await difference(models, input));
    }
    const range = [...new Set([Math.min(...sides), Math.max(...sides)])].join(" to ");
    const share = `${different} of ${values.toLocaleString("en")}`;
    rows.push([`${count} ${name}`, range, share, small(largest), small(ofLogits)]);
    assert(different <= 1e-4 * values && largest < 0.02, `${name}: ${share}, ${largest}`); // one level is 0.018
  }
  for (const session of [...inputs, ...models]) await session.close();
  await publish("preprocessing", markdownTable(rows));
}

/** How far the outputs of two models are apart, value by value. */
async function difference([one, other]: readonly OnnxSession[], input: OnnxInput): Promise<Float32Array> {
  const values = await one.run(input), others = await other.run(input);
  return values.map((value, i) => Math.abs(value - others[i]));
}

const small = (value: number) => value === 0 ? "0" : value.toExponential(0);

/** The preparation alone. */
async function preparation(folder: string, form: ResizeForm): Promise<OnnxSession> {
  const wanted = {
    input: "pixels",
    normalization: IMAGENET,
    resize: RESIZED,
    interpolation: "bilinear",
    form,
  } as const;
  const path = `${folder}/${form}_input.onnx`;
  await Deno.writeFile(path, await preparationFile(wanted, SIZE));
  return await openOnnx(path);
}

/** A whole export. */
async function exported(folder: string, checkpoint: string, form: ResizeForm): Promise<OnnxSession> {
  const path = `${folder}/${form}.onnx`, flag = form === "exact" ? "--preprocess=exact" : "--preprocess";
  await exportTask(denoHost(), [checkpoint, "--output", path, flag]);
  return await openOnnx(path);
}

/** The first test images of each class of an archive, `count` in all. */
async function* pictures(archive: string, count: number): AsyncGenerator<Picture> {
  const tree = await openTree(archive);
  const paths = (await tree.paths()).filter((path) => /test\/.*\.(jpe?g|png)$/i.test(path));
  const step = Math.floor(paths.length / count);
  for (let i = 0; i < count; i++) yield await decodeImage(await tree.read(paths[i * step]));
}

/** Each pixel `factor` times as wide and high, without the last row and column, so that sides are odd. */
function enlarged({ width, height, data }: Picture, factor: number): Picture {
  if (factor === 1) return { width, height, data };
  const large = { width: width * factor - 1, height: height * factor - 1 };
  const pixels = new Uint8Array(large.width * large.height * 3);
  for (let row = 0, at = 0; row < large.height; row++) {
    for (let column = 0; column < large.width; column++, at += 3) {
      const from = (Math.floor(row / factor) * width + Math.floor(column / factor)) * 3;
      for (let c = 0; c < 3; c++) pixels[at + c] = data[from + c];
    }
  }
  return { ...large, data: pixels };
}
