/**
 * Decoders that are the same everywhere, for what the hosts' own decoders lack or disagree on. Each loads its package
 * when the first file needs it.
 */
import { DataError } from "../../../base/errors.ts";
import type { Picture } from "../../types.ts";
import { reasonOf } from "../decoder.ts";
import { cutFault, type PictureHeader } from "../picture_header.ts";
import { decodeBmp } from "./bmp.ts";
import { decodeHeic } from "./heic.ts";
import { decodePng16, isPng16 } from "./png16.ts";
import { decodeTiff, isPortableTiff } from "./tiff.ts";

/** Decodes the file that it was chosen for. */
export type PortableDecode = (maxPixels: number) => Promise<Picture>;

/** The decoder for this file, or undefined if it is left to the host's. It rejects with a DataError of one line. */
export function portableDecoder(bytes: Uint8Array, header: PictureHeader): PortableDecode | undefined {
  const decode = choose(bytes, header);
  return decode && (async (maxPixels) => {
    const cut = cutFault(bytes, header);
    if (cut !== undefined) throw new DataError(cut);
    try {
      return await decode(bytes, maxPixels);
    } catch (cause) {
      if (cause instanceof DataError) throw cause;
      throw new DataError(`the file is damaged (${reasonOf(cause)})`, { cause });
    }
  });
}

function choose(bytes: Uint8Array, { format }: PictureHeader) {
  switch (format) {
    case "BMP":
      return decodeBmp;
    case "HEIC":
      return decodeHeic;
    case "TIFF":
      return isPortableTiff(bytes) ? decodeTiff : undefined;
    case "PNG":
      return isPng16(bytes) ? decodePng16 : undefined;
    default:
      return undefined;
  }
}
