/**
 * libjpeg-turbo through Deno's FFI, where it is installed: it decodes a JPEG to the values that sharp gives, in less than
 * half the time. Its TurboJPEG interface of version 2, which version 3 has too.
 */
import { DataError, firstLineOf } from "../base/errors.ts";
import { jpegOrientation } from "../data/decode/jpeg_orientation.ts";
import { upright } from "../data/decode/portable/upright.ts";
import type { Picture } from "../data/types.ts";

const SYMBOLS = {
  tjInitDecompress: { parameters: [], result: "pointer" },
  tjDestroy: { parameters: ["pointer"], result: "i32" },
  tjDecompressHeader3: {
    parameters: ["pointer", "buffer", "usize", "buffer", "buffer", "buffer", "buffer"],
    result: "i32",
  },
  tjDecompress2: {
    parameters: ["pointer", "buffer", "usize", "buffer", "i32", "i32", "i32", "i32", "i32"],
    result: "i32",
  },
  /** The same on another thread. */
  decompressAside: {
    name: "tjDecompress2",
    parameters: ["pointer", "buffer", "usize", "buffer", "i32", "i32", "i32", "i32", "i32"],
    result: "i32",
    nonblocking: true,
  },
} as const;

/** Colour spaces that become RGB here as everywhere: RGB, YCbCr and grey, but not CMYK and YCCK. */
const READ = [0, 1, 2];
/** TJPF_RGB; and TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS: what is damaged is another's to judge. */
const RGB = 0, FLAGS = 8192 | 32768;
/** Images of more pixels are decoded on another thread, if the caller can wait; for less it costs more than it saves. */
const LEAST_ASIDE = 2 ** 16;

/** Names the library to use, or says "none". */
export const VARIABLE = "WGRAD_TURBOJPEG";

/** How it is installed. */
export const INSTALL = {
  linux: "apt-get install libturbojpeg0 (Debian), libturbojpeg (Ubuntu), dnf install turbojpeg (Fedora)",
  darwin: "brew install jpeg-turbo",
  windows: "its installer is on libjpeg-turbo.org",
}[Deno.build.os as string] ?? "see libjpeg-turbo.org";

/** Where systems have it. */
const USUAL: Readonly<Record<string, readonly string[]>> = {
  linux: ["libturbojpeg.so.0"],
  darwin: ["/opt/homebrew", "/usr/local"].map((at) => `${at}/opt/jpeg-turbo/lib/libturbojpeg.dylib`),
  windows: ["turbojpeg.dll", "C:\\libjpeg-turbo64\\bin\\turbojpeg.dll"],
};

/** An open library. */
export interface Turbojpeg {
  /** Its file. */
  readonly path: string;
  /** The image, upright, or undefined if sharp should decode it: damaged, CMYK, more than 8 bits, odd EXIF data. */
  decode(bytes: Uint8Array, waits: boolean): Picture | undefined | Promise<Picture | undefined>;
}

/**
 * The library that `named` names, by default the system's; undefined if there is none, or `named` is "none".
 * @throws DataError if the named one does not load
 */
export function openTurbojpeg(named = Deno.env.get(VARIABLE)): Turbojpeg | undefined {
  if (named === "none") return undefined;
  for (const path of named ? [named] : USUAL[Deno.build.os] ?? []) {
    try {
      return new Library(path, Deno.dlopen(path, SYMBOLS).symbols);
    } catch (cause) {
      if (!named) continue;
      throw new DataError(
        `Cannot decode with ${VARIABLE}=${named}: ${
          firstLineOf(cause)
        }; name libturbojpeg, or set it to none`,
        { cause },
      );
    }
  }
  return undefined;
}

class Library implements Turbojpeg {
  /** Decompressors that are not in use; each works on one image at a time. */
  readonly #idle: Deno.PointerValue[] = [];
  readonly #size = Array.from({ length: 4 }, () => new Int32Array(1));

  constructor(readonly path: string, readonly symbols: Deno.DynamicLibrary<typeof SYMBOLS>["symbols"]) {}

  decode(bytes: Uint8Array, waits: boolean): Picture | undefined | Promise<Picture | undefined> {
    const orientation = jpegOrientation(bytes);
    if (orientation === undefined) return undefined;
    const input = bytes as Uint8Array<ArrayBuffer>, length = BigInt(bytes.length);
    const handle = this.#idle.pop() ?? this.symbols.tjInitDecompress();
    const [width, height, sampling, space] = this.#size;
    const failed = this.symbols.tjDecompressHeader3(handle, input, length, width, height, sampling, space);
    if (failed !== 0 || !READ.includes(space[0])) return void this.symbols.tjDestroy(handle);
    const picture = { width: width[0], height: height[0], data: new Uint8Array(width[0] * height[0] * 3) };
    const out = [picture.data, picture.width, 3 * picture.width, picture.height, RGB, FLAGS] as const;
    const finish = (failed: number) => {
      if (failed !== 0) return void this.symbols.tjDestroy(handle); // it would fail for whole images, too
      this.#idle.push(handle);
      return upright(picture, orientation);
    };
    return waits && picture.width * picture.height >= LEAST_ASIDE
      ? this.symbols.decompressAside(handle, input, length, ...out).then(finish)
      : finish(this.symbols.tjDecompress2(handle, input, length, ...out));
  }
}
