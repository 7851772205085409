/** Which pictures are meant by files, folders and .zip archives, and their pixels. */
import { DataError } from "../../base/errors.ts";
import { reasonOf } from "../../data/decode/decoder.ts";
import { compareCodePoints, isHidden } from "../../data/files/paths.ts";
import type { Picture } from "../../data/types.ts";
import type { Host } from "../../setup/host.ts";

/** What reading pictures needs of the world. */
export type InputHost = Pick<Host, "openTree" | "readFile" | "pictures">;

/** A picture file that can be read. */
export interface PictureFile {
  /** As the user would name it: a folder's or archive's path before its own. */
  readonly name: string;
  load(): Promise<Uint8Array>;
}

/** What the decoder may know; a file of another kind in a folder is no picture. */
const IMAGE = /\.(jpe?g|png|webp|gif|tiff?|avif)$/i;

/**
 * The pictures of each path, in order: a file by its name's ending, all pictures below a folder or in a .zip.
 * @throws DataError if a path is neither, or there is no picture at all
 */
export async function findPictures(host: InputHost, paths: readonly string[]): Promise<PictureFile[]> {
  const found: PictureFile[] = [];
  for (const path of paths) {
    if (IMAGE.test(path)) {
      found.push({ name: path, load: () => host.readFile(path) });
      continue;
    }
    const tree = await host.openTree(path, "give images, folders or .zip files");
    const below = (await tree.paths()).filter((one) => IMAGE.test(one) && !isHidden(one)).sort(
      compareCodePoints,
    );
    const prefix = path.replace(/\/+$/, "");
    for (const one of below) found.push({ name: `${prefix}/${one}`, load: () => tree.read(one) });
  }
  if (found.length > 0) return found;
  throw new DataError(
    `Cannot predict as there are no pictures in ${
      paths.join(", ")
    }: need .jpg, .png, .webp, .gif, .tiff or .avif`,
  );
}

/** A picture's pixels, or why there are none, in one line. */
export async function decodeFile(
  { pictures }: InputHost,
  file: PictureFile,
): Promise<{ readonly picture: Picture } | { readonly reason: string }> {
  try {
    const picture = await pictures.decode(await file.load());
    if (picture.width < 1 || picture.height < 1) return { reason: "the picture has no pixels" };
    return { picture };
  } catch (error) {
    return { reason: reasonOf(error) };
  }
}
