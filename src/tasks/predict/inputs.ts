/** Finds the images in files, folders and archives, and reads their pixels. */
import { append } from "../../base/lists.ts";
import { ConfigError, DataError } from "../../base/errors.ts";
import { few } from "../../base/few.ts";
import { reasonOf } from "../../data/decode/decoder.ts";
import { ENDINGS, nameFormat } from "../../data/decode/formats.ts";
import { readHeader } from "../../data/decode/picture_header.ts";
import { isArchiveName } from "../../data/files/archives/format.ts";
import { isImagePath } from "../../data/files/listing.ts";
import { compareCodePoints } from "../../data/files/paths.ts";
import type { FileTree, Picture } from "../../data/types.ts";
import type { Host } from "../../setup/host.ts";

/** The parts of the host that reading images needs. */
export type InputHost = Pick<Host, "openTree" | "readFile" | "readInput" | "pictures">;

/** What decodes images. */
export interface Decoding {
  readonly pictures: Pick<Host["pictures"], "decode">;
}

/** An image file, or a path that led to none. */
export interface PictureFile {
  /** As the user would name it: prefixed with the path of its folder or archive. */
  readonly name: string;
  load(): Promise<Uint8Array>;
  /** Why the path that stands for it cannot be opened; it is reported with the unreadable images. */
  readonly fault?: DataError;
}

/** The argument that stands for standard input. */
const STANDARD_INPUT = "-";

/**
 * The images of each path, in order: a file by its extension, or all images below a folder or in an archive. The path
 * `-` is standard input: one image, or a list of paths. A path that cannot be opened is one of them, so that the others
 * are predicted.
 * @throws DataError if no path can be opened, or there are no images at all; ConfigError for a second `-`
 */
export async function findPictures(host: InputHost, paths: readonly string[]): Promise<PictureFile[]> {
  if (paths.filter((path) => path === STANDARD_INPUT).length > 1) {
    throw new ConfigError("Cannot read standard input twice: give - once");
  }
  const found: PictureFile[] = [];
  for (const path of paths) {
    append(found, path === STANDARD_INPUT ? await fromInput(host) : await picturesOf(host, path));
  }
  if (found.some((file) => !file.fault)) return found;
  const [first, ...others] = found.flatMap(({ fault }) => fault ?? []);
  if (first && others.length === 0) throw first;
  if (first) throw noneOpens([first, ...others]);
  throw new DataError(`Cannot predict: there are no images in ${few(paths)}; need ${ENDINGS} files`);
}

/** Limit on the paths that an error lists. */
const SHOWN = 5;

function noneOpens(faults: readonly DataError[]): DataError {
  const lines = faults.slice(0, SHOWN).map(({ message }) => message);
  return new DataError(
    [...lines, ...(faults.length > SHOWN ? [`and ${faults.length - SHOWN} more`] : [])].join("\n"),
  );
}

async function picturesOf(host: InputHost, path: string): Promise<PictureFile[]> {
  if (nameFormat(path)) return [{ name: path, load: () => host.readFile(path) }];
  let tree: FileTree;
  try {
    tree = await host.openTree(path, "give images, folders or archives");
  } catch (fault) {
    if (!(fault instanceof DataError)) throw fault;
    return [{ name: path, fault, load: () => Promise.reject(fault) }];
  }
  const below = (await tree.paths()).filter(isImagePath);
  const prefix = path.replace(/\/+$/, "");
  const files = below.sort(compareCodePoints).map((one) => ({
    name: `${prefix}/${one}`,
    load: () => tree.read(one),
  }));
  return [...files, ...await faultsOf(tree, prefix)];
}

/** Images and archives that are there and cannot be read: dead links, damaged archives in an archive. */
async function faultsOf(tree: FileTree, prefix: string): Promise<PictureFile[]> {
  const faults = (await tree.faults?.() ?? []).filter(({ path }) => isImagePath(path) || isArchiveName(path));
  return faults.map(({ path, reason }) => {
    const fault = new DataError(reason);
    return { name: `${prefix}/${path}`, fault, load: () => Promise.reject(fault) };
  });
}

/** The image on standard input or, if it is text, the images of the paths in it: one a line, or separated by NUL. */
async function fromInput(host: InputHost): Promise<PictureFile[]> {
  const bytes = await host.readInput();
  if (readHeader(bytes)) return [{ name: "standard input", load: () => Promise.resolve(bytes) }];
  const text = asUtf8(bytes);
  const paths = text?.split(text.includes("\0") ? "\0" : /\r?\n/).filter((path) => path.trim() !== "");
  if (paths === undefined || paths.length === 0) {
    const what = bytes.length === 0 ? "is empty" : paths ? "has no paths" : "is neither an image nor text";
    throw new DataError(`Cannot predict: standard input ${what}; need one image, or paths, one a line`);
  }
  const found: PictureFile[] = [];
  for (const path of paths) append(found, await picturesOf(host, path));
  return found;
}

function asUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The pixels of an image, or a one-line reason why it cannot be read. */
export async function decodeFile(
  { pictures }: Decoding,
  file: PictureFile,
): Promise<{ readonly picture: Picture } | { readonly reason: string }> {
  try {
    const picture = await pictures.decode(await file.load());
    if (picture.width < 1 || picture.height < 1) return { reason: "the image has no pixels" };
    return { picture };
  } catch (error) {
    return { reason: reasonOf(error).replace(`Cannot open "${file.name}": `, "") }; // the name stands before it
  }
}
