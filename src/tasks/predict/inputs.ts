/** Finds the images in files, folders and .zip archives, and reads their pixels. */
import { DataError } from "../../base/errors.ts";
import { reasonOf } from "../../data/decode/decoder.ts";
import { compareCodePoints, isHidden } from "../../data/files/paths.ts";
import type { Picture } from "../../data/types.ts";
import type { Host } from "../../setup/host.ts";

/** The parts of the host that reading images needs. */
export type InputHost = Pick<Host, "openTree" | "readFile" | "pictures">;

/** A readable image file. */
export interface PictureFile {
  /** As the user would name it: prefixed with the path of its folder or archive. */
  readonly name: string;
  load(): Promise<Uint8Array>;
}

/** Extensions that the decoder may support; other files in a folder are not images. */
const IMAGE = /\.(jpe?g|png|webp|gif|tiff?|avif)$/i;

/**
 * The images of each path, in order: a file by its extension, or all images below a folder or in a .zip.
 * @throws DataError if a path is neither, or there are no images at all
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
    `Cannot predict: there are no images in ${
      paths.join(", ")
    }; need .jpg, .png, .webp, .gif, .tiff or .avif files`,
  );
}

/** The pixels of an image, or a one-line reason why it cannot be read. */
export async function decodeFile(
  { pictures }: InputHost,
  file: PictureFile,
): Promise<{ readonly picture: Picture } | { readonly reason: string }> {
  try {
    const picture = await pictures.decode(await file.load());
    if (picture.width < 1 || picture.height < 1) return { reason: "the image has no pixels" };
    return { picture };
  } catch (error) {
    return { reason: reasonOf(error) };
  }
}
