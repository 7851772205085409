/** Datasets that tests of the page make. */
import sharp from "sharp";
import { zipSync } from "fflate";

/** So many images differ; the others are copies of them. */
const DIFFERENT = 2000;

/** Small images that differ. */
export async function images(count = DIFFERENT): Promise<Uint8Array[]> {
  const images: Uint8Array[] = [];
  for (let i = 0; i < count; i++) {
    const data = crypto.getRandomValues(new Uint8Array(12 * 16 * 3));
    images.push(
      await sharp(data, { raw: { width: 12, height: 16, channels: 3 } }).jpeg({ quality: 60 }).toBuffer(),
    );
  }
  return images;
}

/** A .zip of `count` small images in 100 classes and all splits. */
export async function manyImagesZip(count: number): Promise<Uint8Array> {
  const some = await images(Math.min(count, DIFFERENT)), files: Record<string, Uint8Array> = {};
  for (let i = 0; i < count; i++) {
    const part = Math.floor(i / 100) % 10, split = part < 8 ? "train" : part < 9 ? "valid" : "test";
    files[`many/${split}/${i % 100}/${i}.jpg`] = some[i % some.length];
  }
  return zipSync(files, { level: 0 });
}
