/** The host of a page: the browser's GPU, its image decoder, and the files that a user hands in. */
import type { ByteSource } from "../base/byte_source.ts";
import { DataError, GpuError } from "../base/errors.ts";
import { zipTree } from "../data/archive.ts";
import { compareCodePoints } from "../data/paths.ts";
import { foldersOf } from "../data/memory_tree.ts";
import type { FileTree, Picture } from "../data/types.ts";

/** The most pixels that a picture may have: Pillow's limit, beyond which it warns of a decompression bomb. */
export const MAX_PIXELS = 89_478_485;

/**
 * The GPU object to open a device from, in a page or a worker.
 * @throws GpuError with the cure if the page may not use WebGPU, or the browser has none or finds no adapter
 * @example const device = await openDevice(await openGpu());
 */
export async function openGpu(): Promise<GPU> {
  if (!isSecureContext) {
    throw new GpuError(
      "Cannot open a GPU as browsers have WebGPU in secure pages only: serve this page by https, or from localhost",
    );
  }
  if (!navigator.gpu) {
    throw new GpuError(
      "Cannot open a GPU as this browser has no WebGPU: use a current Chrome, Edge, Firefox or Safari; where it is " +
        "switched off, as in Chrome on some Linux machines, switch on chrome://flags/#enable-unsafe-webgpu",
    );
  }
  if (await navigator.gpu.requestAdapter()) return navigator.gpu;
  throw new GpuError(
    "Cannot open a GPU as this browser found no adapter: switch on graphics acceleration in its settings, look at " +
      "chrome://gpu for what blocks it, or start Chrome with --enable-unsafe-webgpu --use-webgpu-adapter=swiftshader",
  );
}

/**
 * Decodes what the browser can (JPEG, PNG, WebP, GIF, AVIF; no TIFF) to 8-bit RGB: turned upright by EXIF, the first
 * frame, alpha dropped without blending, colour profiles not applied. JPEG, PNG, WebP and GIF give libvips's values
 * in Chromium, but for CMYK (off by one at most); AVIF does not, as its chroma is spread in another way.
 *
 * Rejects with a DataError of one line if the bytes are empty, no such picture, damaged, or have more than
 * `maxPixels` pixels.
 */
export async function decodeImage(bytes: Uint8Array, maxPixels: number = MAX_PIXELS): Promise<Picture> {
  if (bytes.length === 0) throw new DataError("the file is empty");
  const bitmap = await decodeBitmap(bytes);
  try {
    const { width, height } = bitmap;
    if (width * height > maxPixels) throw new DataError(`the picture has more than ${maxPixels} pixels`);
    const rgba = readOpaque(bitmap) ?? readAlpha(bitmap);
    const data = new Uint8Array(width * height * 3);
    for (let from = 0, to = 0; to < data.length; from += 4, to += 3) {
      data[to] = rgba[from];
      data[to + 1] = rgba[from + 1];
      data[to + 2] = rgba[from + 2];
    }
    return { width, height, data };
  } finally {
    bitmap.close();
  }
}

async function decodeBitmap(bytes: Uint8Array): Promise<ImageBitmap> {
  try {
    const blob = new Blob([bytes as Uint8Array<ArrayBuffer>]);
    return await createImageBitmap(blob, { colorSpaceConversion: "none", premultiplyAlpha: "none" });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DataError(`the file is damaged, or no picture that this browser decodes (${reason})`, {
      cause,
    });
  }
}

/** The pixels as RGBA, or undefined if one is translucent: a 2D canvas multiplies by alpha, which loses colours. */
function readOpaque(bitmap: ImageBitmap): Uint8ClampedArray | undefined {
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true })!;
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  for (let i = 3; i < data.length; i += 4) if (data[i] !== 255) return undefined;
  return data;
}

/** The pixels as RGBA, colours not multiplied by alpha. */
function readAlpha(bitmap: ImageBitmap): Uint8Array {
  const { width, height } = bitmap;
  const gl = new OffscreenCanvas(1, 1).getContext("webgl2");
  if (!gl) throw new DataError("the picture is translucent, and this browser has no WebGL 2 to read it");
  const texture = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, bitmap);
  gl.bindFramebuffer(gl.FRAMEBUFFER, gl.createFramebuffer());
  gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
  const data = new Uint8Array(width * height * 4);
  gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, data);
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return data;
}

/** Random access to a Blob, such as a dropped file. */
export function blobSource(blob: Blob, name: string): ByteSource {
  const read = async (offset: number, length: number) =>
    new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
  return { name, size: blob.size, read };
}

/** Opens a dropped .zip file as a dataset's root. @throws DataError as {@link zipTree} does */
export function openZip(file: File): Promise<FileTree> {
  return zipTree(blobSource(file, file.name));
}

/** The folder that a user chose by `<input type="file" webkitdirectory>`, as a dataset's root. */
export function folderTree(files: Iterable<File>): FileTree {
  const all = [...files];
  const name = all[0]?.webkitRelativePath.split("/")[0] || "folder";
  const byPath = new Map(all.map((file) => [file.webkitRelativePath.slice(name.length + 1), file]));
  const paths = [...byPath.keys()].sort(compareCodePoints);
  return {
    name,
    paths: () => Promise.resolve(paths),
    folders: () => Promise.resolve(foldersOf(paths)),
    async read(path) {
      const file = byPath.get(path);
      if (!file) throw new DataError(`Cannot read "${path}" as "${name}" has no such file`);
      return new Uint8Array(await file.arrayBuffer());
    },
  };
}
