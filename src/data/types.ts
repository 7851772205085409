/**
 * The types of the data room: images, file sources, samples and datasets. The host provides access to the outside: a
 * {@link FileTree} to read from and a {@link Decode} that turns file bytes into pixels.
 */
import type { Span } from "../base/byte_source.ts";
import type { ZipEntry } from "../base/zip_directory.ts";

/** A decoded 8-bit RGB image: `data` holds height * width * 3 values, row by row, channels last (HWC). */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
  /**
   * The bits that its file's values were taken to have, where they are wider and the file does not declare it: 12 if
   * the largest of 16-bit values is below 4096.
   */
  readonly assumedBits?: number;
  /** The size in which it was decoded, where it has been reduced since. */
  readonly original?: { readonly width: number; readonly height: number };
}

/**
 * Decodes an image file and applies its orientation. Rejects with a one-line reason, for example if there
 * are more than `maxPixels` pixels.
 */
export type Decode = (bytes: Uint8Array, maxPixels?: number) => Promise<Picture>;

/** Encodes an image as JPEG; `quality` is 1 .. 100. */
export type EncodeJpeg = (picture: Picture, quality: number) => Promise<Uint8Array>;

/** A file below a dataset's root that is not used. */
export interface IgnoredFile {
  readonly path: string;
  /** Why, in a few words: ".txt files are not read". */
  readonly reason: string;
}

/** A folder or an archive to read from. Paths are relative to it and separated by "/". */
export interface FileTree {
  /** Its name in messages, usually the path that the user gave. */
  readonly name: string;
  /** All files, sorted by code point. */
  paths(): Promise<string[]>;
  /** All folders, including empty ones, sorted by code point. */
  folders(): Promise<string[]>;
  /** What is there and cannot be listed or read: dead links, folders without permission, damaged inner archives. */
  faults?(): Promise<readonly IgnoredFile[]>;
  /** The bytes of one file. Rejects with a DataError if it is missing or broken. */
  read(path: string): Promise<Uint8Array>;
  /**
   * The first `length` bytes of a file, or somewhat fewer, and its end, without reading all of it; absent if only `read`
   * can.
   */
  head?(path: string, length: number): Promise<FileHead>;
  /** The location of a file's bytes, so that a worker can read them itself; absent if only `read` can. */
  place?(path: string): FilePlace;
}

/** Number of bytes of {@link FileHead.end}. */
export const END_BYTES = 16;

/** The beginning of a file. */
export interface FileHead {
  readonly bytes: Uint8Array;
  /** Its last {@link END_BYTES} bytes, or all of a smaller one; absent where they would cost reading all of it. */
  readonly end?: Uint8Array;
  /** Of the whole file, in bytes. */
  readonly size: number;
}

/** The location of a file's bytes in a form that can be posted to a worker. */
export interface FilePlace {
  /** A path on disk; in a browser a file object, or an address on the page's own server. */
  readonly source: string | Blob;
  /** The source's name in messages. */
  readonly name: string;
  /** The part of the source that holds the file or, if there is an `entry`, its .zip; absent: all of it. */
  readonly part?: Span;
  /** The .zip entry that holds the file; its offset counts from the start of the part. */
  readonly entry?: ZipEntry;
}

/** A folder to write into; paths are relative to it and separated by "/". */
export interface FolderStore {
  /** The text of a file, or undefined if there is none. */
  readText(path: string): Promise<string | undefined>;
  /** True if a file or folder exists at `path`. */
  exists(path: string): Promise<boolean>;
  /** The names of what is in a folder, in no order; none if there is no such folder. */
  names(path: string): Promise<string[]>;
  /** Writes a file and creates its folders. */
  write(path: string, bytes: Uint8Array): Promise<void>;
  /** Renames a file or folder; `to` must not exist. */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file, or a folder with its contents; does nothing if there is none. */
  remove(path: string): Promise<void>;
}

/** One image file with its class index. */
export interface Sample {
  readonly path: string;
  readonly label: number;
}

/** The splits on which a model is evaluated. */
export const EVALUATED_SPLITS = ["valid", "test"] as const;

/** One of {@link EVALUATED_SPLITS}. */
export type EvaluatedSplit = typeof EVALUATED_SPLITS[number];

/** All splits, in display order, by their names on disk ("val" is accepted for "valid"). */
export const SPLITS = ["train", ...EVALUATED_SPLITS] as const;

/** A part of a dataset. */
export type Split = typeof SPLITS[number];

/** What is known about a dataset before any image is decoded. */
export interface Dataset {
  /** The tree's name. */
  readonly root: string;
  /** How its files are arranged, in a few words; "" for files of our own. */
  readonly understood: string;
  /** Class names, sorted by code point; a label is a position in this list. They come from train alone. */
  readonly classes: readonly string[];
  readonly splits: Readonly<Record<Split, readonly Sample[]>>;
  /** The splits that are taken from train by `data.split`, as the files say none. */
  readonly divided: readonly Split[];
  /** True if its images have no labels: the only class stands for that. */
  readonly isUnlabelled?: boolean;
  /** Samples left out because train does not have their class: by split, class name and count. */
  readonly skippedUnknownLabels: Readonly<Record<Split, ReadonlyMap<string, number>>>;
  /** Notes for the user: what was left out or added, such as a hold-out split. */
  readonly notes: readonly string[];
  /** Every file that is not used, sorted by path. */
  readonly ignored: readonly IgnoredFile[];
}

/** Per-channel mean and standard deviation of values in 0 .. 1, in the order R, G, B. */
export interface Normalization {
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** Torchvision's normalisation for ImageNet. */
export const IMAGENET: Normalization = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
