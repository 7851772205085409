/** A dataset with a fault, as a folder of images. */
import { encodeJpeg } from "../../src/host/deno_images.ts";
import { waves } from "../data/health/made.ts";

/** Three classes, with one picture under two labels. */
export async function writeDirty(root: string): Promise<void> {
  let seed = 1;
  for (const [split, count] of [["train", 11], ["valid", 5], ["test", 5]] as const) {
    for (const name of ["1", "23", "45"]) {
      await Deno.mkdir(`${root}/${split}/${name}`, { recursive: true });
      for (let i = 0; i < count; i++) {
        await Deno.writeFile(`${root}/${split}/${name}/${i}.jpg`, await encodeJpeg(waves(seed++), 92));
      }
    }
  }
  await Deno.copyFile(`${root}/train/1/0.jpg`, `${root}/train/23/copy.jpg`);
}
