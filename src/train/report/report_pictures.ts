/** The images of a report, as small JPEGs. */
import { resizeTo } from "../../data/transforms/resample.ts";
import type { EncodeJpeg, EvaluatedSplit, Picture, Split } from "../../data/types.ts";
import { chooseRows } from "./choose_pictures.ts";
import type { PictureFile, Predictions } from "./report_data.ts";

/** Maximum number of images of a report. */
export const MOST_PICTURES = 400;

/** The longer side of the images, in pixels, and their JPEG quality. */
const SIDE = 160, QUALITY = 85;

/** Where images come from. */
export interface PictureSources {
  /** The image of a split's sample; undefined if it can no longer be read. */
  picture(split: Split, index: number): Picture | Promise<Picture | undefined>;
  /** The file of a split's sample. */
  pathOf(split: Split, index: number): string;
  readonly encodeJpeg: EncodeJpeg;
}

/** An image in base64 and the file it comes from. */
export type EncodedPicture = NonNullable<PictureFile["test"]>[string];

/**
 * The images of at most `most` of a split's samples, by position.
 * @param encoded those encoded before, by split and position; new ones are added if `encodesMore`
 */
export async function reportPictures(
  sources: PictureSources,
  [split, predictions]: readonly [EvaluatedSplit, Predictions],
  most: number,
  encoded: Map<string, EncodedPicture> = new Map(),
  encodesMore = true,
): Promise<Record<string, EncodedPicture>> {
  const indices = chooseRows(predictions, most).map((row) => predictions.indices[row]);
  const key = (index: number) => `${split} ${index}`;
  if (encodesMore) {
    const missing = indices.filter((index) => !encoded.has(key(index)));
    await Promise.all(missing.map(async (index) => {
      const picture = await sources.picture(split, index);
      if (picture === undefined) return;
      const jpeg = await sources.encodeJpeg(small(picture), QUALITY);
      encoded.set(key(index), { path: sources.pathOf(split, index), jpeg: jpeg.toBase64() });
    }));
  }
  return Object.fromEntries(indices.flatMap((index) => {
    const picture = encoded.get(key(index));
    return picture ? [[index, picture]] : [];
  }));
}

/** Scales an image so that its longer side is at most {@link SIDE}. */
function small(picture: Picture): Picture {
  const { width, height } = picture, factor = SIDE / Math.max(width, height);
  if (factor >= 1) return picture;
  return resizeTo(picture, Math.max(1, Math.round(factor * width)), Math.max(1, Math.round(factor * height)));
}
