/** Files of images with heat: their names and sizes. */
import { baseOf, stemOf } from "../../data/files/paths.ts";
import type { Picture } from "../../data/types.ts";

/** The shorter side of an image with heat, in pixels: the model's own images may be too small to look at. */
const SIDE = 224;

/** The image, each pixel as a square of them, so that it has at least 224 pixels a side. */
export function magnified({ width, height, data }: Picture): Picture {
  const times = Math.ceil(SIDE / Math.min(width, height));
  const large = new Uint8Array(data.length * times * times), across = width * times;
  for (let y = 0; y < height * times; y++) {
    for (let x = 0; x < across; x++) {
      const from = 3 * (Math.floor(y / times) * width + Math.floor(x / times));
      for (let c = 0; c < 3; c++) large[3 * (y * across + x) + c] = data[from + c];
    }
  }
  return { width: across, height: height * times, data: large };
}

/** Names of files without folders and endings; one that comes again has a number. */
export function distinctNames(): (file: string) => string {
  const taken = new Set<string>();
  return (file) => {
    const name = stemOf(baseOf(file));
    let distinct = name;
    for (let i = 2; taken.has(distinct); i++) distinct = `${name}_${i}`;
    taken.add(distinct);
    return distinct;
  };
}
