/** Thumbnails for the page: the first files of each finding, as JPEG in data URIs. */
import { resizeTo } from "../transforms/resample.ts";
import type { Decode, EncodeJpeg, FileTree, Picture } from "../types.ts";
import type { HealthReport } from "./types.ts";

/** Groups of a finding, and files of a group, that get thumbnails; the others are listed as text. */
export const SHOWN_GROUPS = 24, SHOWN_FILES = 8;

/** The longer side of a thumbnail; smaller images are not enlarged. */
const SIDE = 320;

/** Thumbnails by path; a file that cannot be decoded has none. */
export async function thumbnails(
  tree: FileTree,
  { findings }: HealthReport,
  { decode, encodeJpeg }: { readonly decode: Decode; readonly encodeJpeg: EncodeJpeg },
): Promise<Map<string, string>> {
  const shown = findings.filter(({ kind }) => kind !== "unreadable")
    .flatMap(({ groups }) => groups.slice(0, SHOWN_GROUPS).flatMap((group) => group.slice(0, SHOWN_FILES)));
  const paths = [...new Set(shown.map(({ path }) => path))];
  const found = new Map<string, string>();
  for (const path of paths) {
    const picture = shrink(await decode(await tree.read(path)));
    found.set(path, `data:image/jpeg;base64,${(await encodeJpeg(picture, 85)).toBase64()}`);
  }
  return found;
}

function shrink(picture: Picture): Picture {
  const { width, height } = picture;
  const scale = SIDE / Math.max(width, height);
  if (scale >= 1) return picture;
  return resizeTo(picture, Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)));
}
