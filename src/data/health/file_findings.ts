/** Findings about single files: unreadable, misnamed, of unusual size, dark, bright, flat or blurred. */
import { nameFormat } from "../decode/formats.ts";
import type { InspectedFile, Kind, PictureFacts } from "./types.ts";

/** A file and the reason it is reported. */
export interface OddFile {
  readonly kind: Kind;
  readonly file: InspectedFile;
  readonly note: string;
}

/** Medians of a dataset, against which images are compared. */
interface Usual {
  readonly area: number;
  readonly aspect: number;
  readonly sharpness: number;
}

/** A side this many times the median, or its inverse, is unusual. */
const ODD_SIDE = 4;
/** An aspect ratio this many times the median, or its inverse, is unusual. */
const ODD_ASPECT = 3;
/** A side below this is always unusual. */
const LEAST_SIDE = 8;
/** Levels of 0 .. 255: nearly all of a dark image is below DARK, nearly all of a bright one above BRIGHT. */
const DARK = 40, BRIGHT = 224;
/** An image with a standard deviation below this is flat, in levels. */
const FLAT = 4;
/** An image is blurred if its sharpness is below this share of the median and below BLURRED. */
const BLURRED_SHARE = 1 / 25, BLURRED = 0.01;

/** All findings, in the order of `files`. */
export function oddFiles(files: readonly InspectedFile[]): OddFile[] {
  const usual = medians(files.flatMap(({ picture }) => picture ?? []));
  return files.flatMap((file) => {
    const notes: [Kind, string | undefined][] = [
      ["unreadable", file.reason],
      ["belied_name", beliedName(file)],
      ...(file.picture ? oddPicture(file.picture, usual) : []),
    ];
    return notes.flatMap(([kind, note]) => note === undefined ? [] : [{ kind, file, note }]);
  });
}

function beliedName({ path, format, picture }: InspectedFile): string | undefined {
  const named = nameFormat(path);
  if (format === undefined || named === undefined || format === named) return undefined;
  return picture ? `${format} named ${/\.\w+$/.exec(path)![0]}` : undefined;
}

function oddPicture(picture: PictureFacts, usual: Usual): [Kind, string | undefined][] {
  const { width, height, looks: { low, high, contrast, sharpness } } = picture;
  const side = Math.sqrt(width * height / usual.area);
  const aspect = width / height / usual.aspect;
  const isOddSize = Math.min(width, height) < LEAST_SIDE || side >= ODD_SIDE || side <= 1 / ODD_SIDE;
  const isBlurred = sharpness < BLURRED && sharpness < BLURRED_SHARE * usual.sharpness;
  const when = (is: boolean, note: string) => is ? note : undefined;
  const isFlat = contrast < FLAT;
  return [
    ["odd_size", when(isOddSize, `${width} x ${height} pixels`)],
    ["odd_aspect", when(aspect >= ODD_ASPECT || aspect <= 1 / ODD_ASPECT, `${width} x ${height} pixels`)],
    ["flat", when(isFlat, `standard deviation ${contrast.toFixed(1)} of 255`)],
    ["dark", when(!isFlat && high < DARK, `98 % of the pixels below ${high + 1} of 255`)],
    ["bright", when(!isFlat && low > BRIGHT, `98 % of the pixels above ${low - 1} of 255`)],
    [
      "blurred",
      when(!isFlat && isBlurred, `sharpness ${(sharpness / usual.sharpness).toFixed(3)} of the median`),
    ],
  ];
}

function medians(pictures: readonly PictureFacts[]): Usual {
  return {
    area: median(pictures.map(({ width, height }) => width * height)),
    aspect: median(pictures.map(({ width, height }) => width / height)),
    sharpness: median(pictures.map(({ looks }) => looks.sharpness)),
  };
}

/** The median; 0 for an empty list. */
function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  return sorted.length === 0 ? 0 : sorted[sorted.length >> 1];
}
