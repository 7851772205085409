/** Writes a checkpoint as ONNX, and keeps the file only if ONNX Runtime agrees with the engine. */
import { rng } from "../../base/rng.ts";
import type { Device } from "../../core/device.ts";
import { mib } from "../../base/byte_size.ts";
import { folderOf } from "../../data/files/paths.ts";
import { drawJersey } from "../../data/synthetic_jerseys/draw.ts";
import { inMemory, type PictureSource } from "../../data/decode/picture_source.ts";
import type { OnnxOptions } from "../../train/onnx_options.ts";
import {
  checkpointClassifier,
  type OpenCheckpoint,
  openCheckpoint,
} from "../classify/checkpoint_classifier.ts";
import { onnxClassifier } from "../classify/onnx_classifier.ts";
import type { Host } from "../host.ts";
import { openModelFile } from "../open_weights.ts";
import { type Agreement, compare, requireAgreement, TOLERANCES } from "./check.ts";
import { writeOnnx } from "./write_onnx.ts";

/** The images that an exported file is checked with. */
export interface CheckSet {
  /** How messages refer to the images, such as "validation images". */
  readonly name: string;
  readonly pictures: PictureSource;
}

/** What to export, and where to. */
export interface ExportJob {
  readonly checkpoint: string;
  readonly path: string;
  readonly options: OnnxOptions;
  /** Generated images by default. */
  readonly checkSet?: CheckSet | undefined;
  /** Called after the file is written, so that only one model is in memory at a time. */
  openDevice(): Promise<Device>;
}

/** The parts of a host needed for exporting. */
export type ExportHost = Pick<
  Host,
  "openOnnx" | "openFile" | "readFile" | "writeParts" | "writeAtomic" | "folderStore" | "print" | "progress"
>;

/**
 * Exports a checkpoint's averaged weights if it has them, otherwise its plain ones. The file gets its final
 * name after the check; until then, and if the check fails, it is called `....unchecked.onnx`.
 * @returns how far they agree
 * @throws CheckError if ONNX Runtime does not agree with the engine, DataError, ConfigError
 */
export async function exportCheckpoint(host: ExportHost, job: ExportJob): Promise<Agreement> {
  const { path, options } = job;
  const unchecked = path.replace(/(\.onnx)?$/, ".unchecked.onnx");
  const started = performance.now();
  const checkpoint = await openCheckpoint(await openModelFile(host, job.checkpoint));
  for (const note of checkpoint.notes) host.print(`note    ${note}`);
  const { size } = await writeOnnx(host, checkpoint, unchecked, options);
  const { card, isAveraged } = checkpoint;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  host.print(
    `onnx    ${card.model}, ${card.classes.length} classes, ${card.imageSize} px, ` +
      `${
        isAveraged ? "averaged weights" : "weights"
      } in ${options.weights}, batch norm ${options.batch_norm}, ` +
      `${mib(size)}, written in ${seconds} s`,
  );
  const agreement = await check(host, job, checkpoint, unchecked);
  await replace(host, unchecked, path);
  host.print(`wrote   ${path}`);
  return agreement;
}

/** Compares the written file with the engine. */
async function check(
  host: ExportHost,
  { options, checkSet, openDevice }: ExportJob,
  checkpoint: OpenCheckpoint,
  unchecked: string,
): Promise<Agreement> {
  const { name, pictures } = checkSet ?? drawnPictures();
  const reference = await checkpointClassifier(await openDevice(), checkpoint, pictures.length);
  try {
    const exported = await onnxClassifier(host, unchecked);
    try {
      const of = options.softmax ? "probabilities" : "logits", tolerance = TOLERANCES[options.weights];
      const agreement = await compare(reference, exported, pictures, tolerance, of, host.progress);
      requireAgreement(agreement, options.weights, unchecked);
      const { images, flips, worst } = agreement;
      host.print(
        `check   ONNX Runtime and the engine name the same class for ${
          images - flips
        } of ${images} ${name}, ` +
          `${of} differ by at most ${worst.toExponential(1)} of the largest logit, or of 1`,
      );
      return agreement;
    } finally {
      await exported.close();
    }
  } finally {
    await reference.close();
  }
}

async function replace(host: ExportHost, from: string, to: string): Promise<void> {
  const folder = folderOf(to), store = host.folderStore(folder || (to.startsWith("/") ? "/" : "."));
  const inFolder = (path: string) => folder === "" ? path.replace(/^\//, "") : path.slice(folder.length + 1);
  await store.remove(inFolder(to));
  await store.rename(inFolder(from), inFolder(to));
}

const DRAWN = 16;

/** Images for a check without a dataset: jersey numbers in several sizes. */
function drawnPictures(): CheckSet {
  const pictures = Array.from({ length: DRAWN }, (_, i) => {
    const stream = rng(0, "export check", i);
    return drawJersey(String(stream.integer(100)), stream, 32 + stream.integer(200));
  });
  return { name: "drawn images", pictures: inMemory(pictures) };
}
