/** What is given to be tried: files of models, a run's folder, or images. */
import { blobSource, type ByteSource } from "../../../src/base/byte_source.ts";
import { DataError } from "../../../src/base/errors.ts";
import { isImagePath } from "../../../src/data/files/listing.ts";
import { compareCodePoints } from "../../../src/data/files/paths.ts";
import type { PictureFile } from "../../../src/tasks/predict/inputs.ts";
import type { Source } from "../../protocol/source.ts";
import { filesOf, LOOSE, openSource } from "../../worker/sources.ts";

/** A file of weights. */
export interface GivenModel {
  readonly path: string;
  open(): Promise<ByteSource>;
}

/** What was given. */
export type Given =
  | { readonly kind: "models"; readonly models: readonly GivenModel[]; readonly isRun: boolean }
  | { readonly kind: "images"; readonly images: readonly PictureFile[] };

const MODEL = /\.(?:safetensors|onnx|pth|pt|ckpt|bin)$/i;
/** In a run's folder, the best first. */
const OF_RUN = /(?:^|\/)(?:weights\/best\.safetensors|weights\/last\.safetensors|[^/]+\.onnx)$/;

/** Finds out what it is. @throws DataError if there is neither a model nor an image */
export async function findGiven(source: Source, progress: (what: string) => void): Promise<Given> {
  const files = source.kind === "files" || source.kind === "handles" ? await filesOf(source) : [];
  const isRun = files.some(([path]) => path.includes("/") && OF_RUN.test(path));
  const models = files.filter(([path]) => (isRun ? OF_RUN : MODEL).test(path));
  if (models.length > 0) {
    const all = models.map(([path, file]) => ({ path, open: () => Promise.resolve(blobSource(file, path)) }));
    return {
      kind: "models",
      models: all.sort((a, b) => rank(a.path) - rank(b.path) || compareCodePoints(a.path, b.path)),
      isRun,
    };
  }
  const tree = await openSource(source, progress), above = tree.name === LOOSE ? "" : `${tree.name}/`;
  const images = (await tree.paths()).filter(isImagePath);
  if (images.length === 0) {
    throw new DataError(
      `Cannot use ${tree.name}: it has neither images nor a model; give .safetensors, .onnx, .pth, .pt or .ckpt`,
    );
  }
  return {
    kind: "images",
    images: images.map((path) => ({ name: above + path, load: () => tree.read(path) })),
  };
}

/** Weights come before what was made of them. */
function rank(path: string): number {
  return path.endsWith(".onnx") ? 1 : 0;
}
