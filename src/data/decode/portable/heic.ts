/** HEIC (HEVC in HEIF), which phones make, by libheif in WebAssembly. */
import { DataError } from "../../../base/errors.ts";
import { pixelFault } from "../picture_header.ts";
import type { Picture } from "../../types.ts";

/** What is used of libheif's interface; handles are opaque, and results with a `code` are errors. */
interface Libheif {
  heif_context_alloc(): Handle;
  heif_context_free(context: Handle): void;
  heif_context_read_from_memory(context: Handle, bytes: Uint8Array): Failure;
  heif_js_context_get_primary_image_handle(context: Handle): Handle | Failure;
  heif_image_handle_get_width(image: Handle): number;
  heif_image_handle_get_height(image: Handle): number;
  heif_image_handle_release(image: Handle): void;
  heif_js_decode_image2(image: Handle, colorspace: unknown, chroma: unknown): DecodedImage | Failure;
  heif_image_release(image: Handle): void;
  readonly heif_error_code: { readonly heif_error_Ok: unknown };
  readonly heif_colorspace: { readonly heif_colorspace_RGB: unknown };
  readonly heif_chroma: { readonly heif_chroma_interleaved_RGB: unknown };
}
type Handle = { readonly opaque: "handle" };
interface Failure {
  readonly code: unknown;
  readonly message: string;
}
interface DecodedImage {
  readonly image: Handle;
  readonly channels: readonly {
    readonly width: number;
    readonly height: number;
    readonly stride: number;
    readonly data: Uint8Array;
  }[];
}

let loading: Promise<Libheif> | undefined;

/** libheif, loaded when the first file needs it, and again after a file that broke it. */
function load(): Promise<Libheif> {
  return loading ??= import("libheif-js/libheif-wasm/libheif-bundle.mjs").then(({ default: start }) =>
    start()
  );
}

/** Decodes the primary image, turned and cut as the file says; EXIF does not turn it again. */
export async function decodeHeic(bytes: Uint8Array, maxPixels: number): Promise<Picture> {
  const lib = await load();
  const context = lib.heif_context_alloc();
  try {
    const read = lib.heif_context_read_from_memory(context, bytes);
    if (read.code !== lib.heif_error_code.heif_error_Ok) throw new DataError(reasonOf(read));
    const image = checked(lib.heif_js_context_get_primary_image_handle(context));
    try {
      const [width, height] = [
        lib.heif_image_handle_get_width(image),
        lib.heif_image_handle_get_height(image),
      ];
      if (width * height > maxPixels) throw new DataError(pixelFault(width, height, maxPixels));
      return pixelsOf(lib, image);
    } finally {
      lib.heif_image_handle_release(image);
    }
  } catch (error) {
    if (!(error instanceof DataError)) loading = undefined; // its memory may be in disorder
    throw error;
  } finally {
    if (loading) lib.heif_context_free(context);
  }
}

function pixelsOf(lib: Libheif, image: Handle): Picture {
  const { heif_colorspace: { heif_colorspace_RGB }, heif_chroma: { heif_chroma_interleaved_RGB } } = lib;
  const decoded = checked(lib.heif_js_decode_image2(image, heif_colorspace_RGB, heif_chroma_interleaved_RGB));
  const [{ width, height, stride, data }] = decoded.channels;
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    rgb.set(data.subarray(y * stride, y * stride + width * 3), y * width * 3);
  }
  lib.heif_image_release(decoded.image);
  return { width, height, data: rgb };
}

function checked<T extends object>(result: T | Failure): T {
  if (result && !("code" in result && result.code)) return result as T;
  throw new DataError(reasonOf(result as Failure | undefined));
}

function reasonOf(failure: Failure | undefined): string {
  return `the file is damaged (${failure?.message.trim() || "libheif gave no reason"})`;
}
