/**
 * The words of the data room: pictures, places to read files from, samples and datasets. The host hands in what
 * touches the outside: a {@link FileTree} to read from and a {@link Decode} that turns file bytes into pixels.
 */
import type { ZipEntry } from "../base/zip_directory.ts";

/** An 8-bit RGB picture: `data` holds height * width * 3 values, row by row, channels last (HWC). */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/**
 * Turns the bytes of a JPEG, PNG or WebP file into pixels, upright; rejects with one line that says why not, such as
 * more than `maxPixels` pixels.
 */
export type Decode = (bytes: Uint8Array, maxPixels?: number) => Promise<Picture>;

/** Turns a picture into the bytes of a JPEG file; `quality` is 1 .. 100. */
export type EncodeJpeg = (picture: Picture, quality: number) => Promise<Uint8Array>;

/** A folder or an archive to read from. Paths are relative to it and separated by "/". */
export interface FileTree {
  /** What messages call it, usually the path that the user gave. */
  readonly name: string;
  /** All files, sorted by code point. */
  paths(): Promise<string[]>;
  /** All folders, empty ones too, sorted by code point. */
  folders(): Promise<string[]>;
  /** The bytes of one file. Rejects with a DataError if it is missing or broken. */
  read(path: string): Promise<Uint8Array>;
  /** Where a file's bytes lie, so that a worker can read them by itself; absent where only `read` knows. */
  place?(path: string): FilePlace;
}

/** Where the bytes of a file lie, in words that can be posted to a worker. */
export interface FilePlace {
  /** A path on disk, or in a browser the file itself. */
  readonly source: string | Blob;
  /** What messages call the source. */
  readonly name: string;
  /** The part of an archive that the file is; absent if the source is the file. */
  readonly entry?: ZipEntry;
  /** Size of the archive in bytes. */
  readonly size?: number;
}

/** A folder to write into; paths are relative to it and separated by "/". */
export interface FolderStore {
  /** The text of a file, or undefined if there is none. */
  readText(path: string): Promise<string | undefined>;
  /** True if there is a file or folder at `path`. */
  exists(path: string): Promise<boolean>;
  /** Writes a file, making its folders. */
  write(path: string, bytes: Uint8Array): Promise<void>;
  /** Renames a file or folder; nothing may be at `to`. */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file, or a folder with all that is in it; does nothing if there is none. */
  remove(path: string): Promise<void>;
}

/** One picture file with its class index. */
export interface Sample {
  readonly path: string;
  readonly label: number;
}

/** The parts of a dataset, under their names on disk ("val" is taken for "valid"). */
export type Split = "train" | "valid" | "test";

/** All splits, in the order in which they are shown. */
export const SPLITS: readonly Split[] = ["train", "valid", "test"];

/** What is known about a dataset before any picture is decoded. */
export interface Dataset {
  /** The tree's name. */
  readonly root: string;
  /** Class names, sorted by code point; a label is a position here. They come from train alone. */
  readonly classes: readonly string[];
  readonly splits: Readonly<Record<Split, readonly Sample[]>>;
  /** Samples left out as train does not know their class: by split, class name and count. */
  readonly skippedUnknownLabels: Readonly<Record<Split, ReadonlyMap<string, number>>>;
  /** Sentences for the user: what was left out or made up, such as a hold-out split. */
  readonly notes: readonly string[];
}

/** Per-channel mean and standard deviation of values in 0 .. 1, in the order R, G, B. */
export interface Normalization {
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** Torchvision's normalisation for ImageNet. */
export const IMAGENET: Normalization = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
