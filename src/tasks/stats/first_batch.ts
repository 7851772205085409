/** The first batch of the training that is configured, as the network gets it: augmented, and mixed. */
import { messageOf } from "../../base/errors.ts";
import type { Config } from "../../config/mod.ts";
import type { PictureSource } from "../../data/decode/picture_source.ts";
import { batches } from "../../data/loader.ts";
import { renderBatch } from "../../data/render.ts";
import { sampler } from "../../data/sampler.ts";
import type { HostTarget } from "../../data/target.ts";
import type { Dataset, Decode, EncodeJpeg, FileTree, Normalization, Picture } from "../../data/types.ts";
import { configuredPipelines } from "../../setup/kept_sizes.ts";

/** An image of a batch. */
export interface BatchImage {
  /** A JPEG in a data URI. */
  readonly uri: string;
  readonly path: string;
  /** Its class, or that and its partner's, with their shares. */
  readonly classes: readonly { readonly name: string; readonly share: number }[];
}

/** What is shown of a batch, or why nothing is. */
export interface FirstBatch {
  readonly images: readonly BatchImage[];
  /** Images of the whole batch. */
  readonly count: number;
  readonly fault?: string;
}

/** Images of a batch that are shown. */
const SHOWN = 24;

/** Epoch 0's first batch; undefined if there is no train split. Draws what a training draws, on the processor. */
export async function firstBatch(
  tree: FileTree,
  { classes, splits: { train: samples } }: Dataset,
  config: Config,
  { decode, encodeJpeg }: { readonly decode: Decode; readonly encodeJpeg: EncodeJpeg },
): Promise<FirstBatch | undefined> {
  if (samples.length === 0) return undefined;
  const read = (position: number) => tree.read(samples[position].path).then(decode);
  const pictures: PictureSource = {
    length: samples.length,
    get: (positions) => Promise.all(positions.map((position) => read(position).catch(() => undefined))),
    release() {},
  };
  try {
    const { train, mixer } = configuredPipelines(config), { seed, data } = config;
    const { order } = sampler(data.sampler, { samples, classes, seed }).draw(0);
    const options = { pictures, samples, order, batchSize: data.batch_size, pipeline: train, mixer, seed };
    for await (const batch of batches({ ...options, epoch: 0, most: 1, prefetch: 0 })) {
      const pixels = renderBatch(batch, train);
      const images = Array.from(
        { length: Math.min(batch.count, SHOWN) },
        async (_, row): Promise<BatchImage> => {
          const picture = pictureOf(pixels, row, train);
          return {
            uri: `data:image/jpeg;base64,${(await encodeJpeg(picture, 90)).toBase64()}`,
            path: samples[batch.indices[row]].path,
            classes: classesOf(batch.target, row).map(([label, share]) => ({ name: classes[label], share })),
          };
        },
      );
      return { images: await Promise.all(images), count: batch.count };
    }
    return { images: [], count: 0, fault: "an epoch has no batch" };
  } catch (error) {
    return { images: [], count: 0, fault: messageOf(error) };
  }
}

/** The classes of a row and their shares, that of its own image first. */
function classesOf(target: HostTarget, row: number): [number, number][] {
  if (target.kind === "indices") return [[target.labels[row], 1]];
  const share = target.shares[row], first = target.first[row], second = target.second[row];
  if (first === second || share === 1) return [[first, 1]];
  return [[first, share], [second, 1 - share]];
}

/** An image of [count, H, W, 4] as levels again. */
function pictureOf(
  pixels: Float32Array,
  row: number,
  { imageSize, normalization: { mean, std } }: { imageSize: number; normalization: Normalization },
): Picture {
  const data = new Uint8Array(imageSize * imageSize * 3), from = row * imageSize * imageSize * 4;
  for (let i = 0; i < data.length; i++) {
    const channel = i % 3, value = pixels[from + Math.floor(i / 3) * 4 + channel];
    data[i] = Math.min(255, Math.max(0, Math.round((value * std[channel] + mean[channel]) * 255)));
  }
  return { width: imageSize, height: imageSize, data };
}
