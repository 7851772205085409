/** A ResNet-18 exported in every way, with images for each file and the engine's logits for them. */
import type { Picture } from "../../../src/data/types.ts";
import { drawJersey } from "../../../src/data/synthetic_jerseys/draw.ts";
import { rng } from "../../../src/base/rng.ts";
import { openDevice } from "../../../src/core/device.ts";
import { writeSafetensors } from "../../../src/formats/safetensors.ts";
import { denoHost } from "../../../src/host/deno.ts";
import { softmax } from "../../../src/metrics/softmax.ts";
import { imagesToTorch } from "../../../src/nn/layout.ts";
import { checkpointClassifier, openCheckpoint } from "../../../src/setup/classify/checkpoint_classifier.ts";
import { prepared } from "../../../src/setup/classify/classifier.ts";
import { exportTask } from "../../../src/tasks/export.ts";
import { cardPipeline, writeCard } from "../../../src/train/model_card.ts";
import { randomResnet18 } from "../../formats/onnx/weights.ts";
import type { ExportInput } from "./runtime.ts";

const CLASSES = 10;
/** The side of the network's images, small for software GPUs, and of the shorter side before the crop. */
const SIZE = 96, RESIZED = 112;

/** An exported file. */
export interface Exported {
  readonly flags: string;
  readonly path: string;
  readonly inputs: readonly ExportInput[];
  /** The engine's logits or probabilities for each of the inputs, [N, classes]. */
  readonly expected: readonly Float32Array[];
}

/** The ways to export, and what each file's input is. */
const kinds = [
  { flags: "", input: "normalized" },
  { flags: "--batch-norm kept", input: "normalized" },
  { flags: "--weights f16", input: "normalized" },
  { flags: "--softmax", input: "normalized" },
  { flags: "--normalize", input: "unit" },
  { flags: "--preprocess", input: "pixels" },
  { flags: "--preprocess --opset 13", input: "pixels" },
  { flags: "--preprocess --opset 21", input: "pixels" },
  { flags: "--preprocess exact", input: "pixels" },
] as const;

/** Writes a checkpoint with random weights, for a crop of `size` pixels from `resized`. @returns its path */
export async function writeCheckpoint(folder: string, size: number, resized: number): Promise<string> {
  const card = writeCard({
    model: "resnet18",
    classes: Array.from({ length: CLASSES }, (_, i) => String(i)),
    imageSize: size,
    steps: [{ resize: { size: resized } }, { center_crop: {} }, { normalize: {} }],
  });
  const path = `${folder}/best.safetensors`;
  await Deno.writeFile(path, writeSafetensors(randomResnet18(CLASSES), new Map(card)));
  return path;
}

/** Exports in every way; each export is checked as `deno task export` does. */
export async function exportAll(folder: string): Promise<Exported[]> {
  const host = denoHost(), best = await writeCheckpoint(folder, SIZE, RESIZED);
  const checkpoint = await openCheckpoint({ source: await host.openFile(best) });
  const pipeline = cardPipeline(checkpoint.card, best);
  const pictures = [[224, 224], [512, 384], [41, 67], [299, 640]].map(drawn);
  const batch = (normalization: Parameters<typeof prepared>[2]) => {
    const shape = [pictures.length, 3, SIZE, SIZE];
    return [{
      type: "f32",
      shape,
      values: imagesToTorch(shape, prepared(pictures, pipeline, normalization)),
    }] as const;
  };
  const inputs: Record<typeof kinds[number]["input"], readonly ExportInput[]> = {
    normalized: batch(pipeline.normalization),
    unit: batch({ mean: [0, 0, 0], std: [1, 1, 1] }),
    pixels: pictures.map(({ width, height, data }) => ({
      type: "u8",
      shape: [1, height, width, 3],
      values: data,
    })),
  };
  const device = await openDevice(await host.openGpu());
  try {
    const engine = await checkpointClassifier(device, checkpoint);
    const logits = await engine.logits(pictures);
    await engine.close();
    const exported: Exported[] = [];
    for (const [i, { flags, input }] of kinds.entries()) {
      const path = `${folder}/${i}.onnx`;
      await exportTask(host, [best, "--output", path, ...flags.split(" ").filter(Boolean)]);
      let at = 0;
      const all = flags === "--softmax" ? Float32Array.from(softmax(logits, CLASSES)) : logits;
      const expected = inputs[input].map(({ shape }) => all.subarray(at, at += shape[0] * CLASSES));
      exported.push({ flags, path, inputs: inputs[input], expected });
    }
    return exported;
  } finally {
    device.close();
  }
}

/** A drawn picture, cut to a size. */
function drawn([width, height]: readonly number[]): Picture {
  const side = Math.max(width, height), whole = drawJersey("23", rng(3, "picture", side), side);
  const data = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    data.set(whole.data.subarray(row * side * 3, (row * side + width) * 3), row * width * 3);
  }
  return { width, height, data };
}
