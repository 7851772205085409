/** What decoding and caching need from Deno: workers, the decoder's version, growing files, and free memory. */
import type { DecodeThread } from "../data/decode/decode_pool.ts";
import type { PictureHost } from "../setup/host.ts";
import { freeDisk } from "./deno_disk.ts";
import { openGrowingFile, openPrivateFile } from "./deno_growing_file.ts";
import { decodeImage, decoderVersion, turbojpeg } from "./deno_images.ts";
import { decodeWorker } from "./deno_places.ts";
import { INSTALL, VARIABLE } from "./deno_turbojpeg.ts";

/** The image decoding of this runtime. */
export function denoPictures(): PictureHost {
  return {
    decode: decodeImage,
    decoderVersion,
    jpegDecoder,
    startThread: () => startThread(),
    processors: navigator.hardwareConcurrency,
    freeMemory,
    freeDisk,
    openGrowingFile,
    openPrivateFile,
  };
}

function jpegDecoder() {
  const library = turbojpeg();
  if (library !== undefined) return { name: `libjpeg-turbo (${library.path})` };
  const isOff = Deno.env.get(VARIABLE) === "none";
  return {
    name: "sharp",
    faster: isOff ? `libjpeg-turbo, without ${VARIABLE}=none` : `libjpeg-turbo: ${INSTALL}`,
  };
}

/** Starts a decoding worker. */
export function startThread(): DecodeThread {
  return new Worker(decodeWorker, { type: "module" });
}

/** Bytes that this process may still allocate, limited by the machine or by its container. */
function freeMemory(): number {
  const { available } = Deno.systemMemoryInfo();
  const number = (path: string) => {
    try {
      return Number.parseInt(Deno.readTextFileSync(path)); // "max" gives NaN
    } catch {
      return NaN;
    }
  };
  const left = number("/sys/fs/cgroup/memory.max") - number("/sys/fs/cgroup/memory.current");
  return Number.isNaN(left) ? available : Math.min(available, left);
}
