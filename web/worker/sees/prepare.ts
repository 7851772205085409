/** Images as the network gets them: by the trainer's own transforms, with the random numbers of its epochs. */
import { rng } from "../../../src/base/rng.ts";
import { mixImage, type RowMix } from "../../../src/data/mixing/batch_mix.ts";
import { reductionOf } from "../../../src/data/transforms/kept_size.ts";
import { pipeline } from "../../../src/data/transforms/pipeline.ts";
import { reduce } from "../../../src/data/transforms/reduction.ts";
import type { FilePlace, Picture } from "../../../src/data/types.ts";
import { bitmapOf, decodeImage, readPlace } from "../../../src/host/browser.ts";
import { nextTask } from "../../next_task.ts";
import type { InspectCalls } from "../../protocol/calls.ts";
import type { Handlers } from "../../protocol/channel.ts";

/** Decoded images that are remembered. */
const KEPT = 4;

/** Answers what is asked for, one by one, so that what is cancelled meanwhile costs nothing. */
export function preparing(): Handlers<InspectCalls>["prepare"] {
  const pictures = new Map<string, Promise<Picture>>();
  const remembered = (key: string, decode: () => Promise<Picture>) => {
    const picture = pictures.get(key) ?? decode();
    pictures.delete(key);
    pictures.set(key, picture);
    picture.catch(() => pictures.delete(key));
    if (pictures.size > KEPT) pictures.delete(pictures.keys().next().value!);
    return picture;
  };
  let last = Promise.resolve();
  return async ({ key, place, how: { imageSize, ...steps }, drawn, mixed }, { signal }) => {
    await (last = last.then(nextTask));
    signal.throwIfAborted();
    const pipelines = {
      train: pipeline(steps.train, { imageSize, purpose: "train" }),
      eval: pipeline(steps.eval, { imageSize, purpose: "eval" }),
    };
    const cached = { cache_size: "auto", image_size: imageSize } as const;
    const reduction = reductionOf(cached, pipelines, drawn === undefined ? "valid" : "train");
    const pictureOf = ({ key, place }: { key: string; place: FilePlace }) =>
      remembered(
        `${key} ${JSON.stringify(reduction)}`,
        async () => reduce(await decodeImage(await readPlace(place)), reduction),
      );
    const picture = await pictureOf({ key, place });
    if (drawn === undefined) return await bitmapOf(pipelines.eval.apply(picture, rng(0)));
    const stream = rng(drawn.seed, "augment", drawn.epoch);
    const own = pipelines.train.apply(picture, stream.fork(drawn.position));
    if (mixed === undefined) return await bitmapOf(own);
    const other = pipelines.train.apply(await pictureOf(mixed.other), stream.fork(mixed.other.position));
    return await bitmapOf(mixedPicture(own, other, mixed.mix));
  };
}

/** An image mixed with its partner, in levels. */
function mixedPicture(own: Picture, partner: Picture, mix: RowMix): Picture {
  const { width, height } = own, image = inFours(own);
  mixImage(image, inFours(partner), width, mix);
  const data = Uint8Array.from(own.data, (_, i) => Math.round(image[Math.floor(i / 3) * 4 + i % 3]));
  return { width, height, data };
}

/** Levels with a fourth channel of 0. */
function inFours({ width, height, data }: Picture): Float32Array {
  const values = new Float32Array(width * height * 4);
  data.forEach((level, i) => values[Math.floor(i / 3) * 4 + i % 3] = level);
  return values;
}
