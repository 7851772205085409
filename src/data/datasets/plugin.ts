import type * as z from "zod";
import type { Lock } from "../../base/lock.ts";
import type { Plugin } from "../../base/plugin.ts";
import type { StartProgress } from "../../base/progress.ts";
import type { Patch } from "../files/patch.ts";
import type { Dataset, Decode, EncodeJpeg, FileTree, FolderStore } from "../types.ts";

/** How its run reads a dataset, and what a dataset may use of the machine. */
export interface DatasetContext {
  readonly seed: number;
  /** The share of train that validates where there is no valid split, if the configuration says one. */
  readonly holdout?: number | undefined;
  /** The classes that count, such as a model's; by default those of train. */
  readonly classes?: readonly string[] | undefined;
  /** Corrections to apply before anything is counted. */
  readonly patch?: Patch | undefined;
  /** A folder or archive to read from. @throws DataError, with the cure, if there is none */
  openTree(path: string, cure: string): Promise<FileTree>;
  /** A folder to write into; it need not exist yet. */
  folderStore(path: string): FolderStore;
  /** Writes a file that has its name only when it is whole. */
  writeAtomic(path: string, bytes: Uint8Array): Promise<void>;
  /** A folder for what can be made again. */
  cacheFolder(name: string): string;
  /** Locks the thing at `path`, after a wait if another process holds it; `what` tells others why. */
  lock(path: string, what: string): Promise<Lock>;
  readonly encodeJpeg: EncodeJpeg;
  readonly decode: Decode;
  /** Images that can be decoded at the same time. */
  readonly parallel: number;
  print(line: string): void;
  readonly progress: StartProgress;
}

/** A dataset whose samples are known and whose images are not decoded yet. */
export interface OpenedDataset {
  /** Where its files are. */
  readonly tree: FileTree;
  readonly dataset: Dataset;
}

/** What to do where a dataset cannot be opened. */
export const ROOT_CURE = "set data.data_root=<folder or archive>";

/** The options of any dataset: where its files are; null where it has none of the user's. */
type Rooted = z.ZodObject<{ data_root: z.ZodType<string | null> }>;

/** A kind of dataset that a configuration can name. @throws DataError if it cannot be opened */
export type DatasetPlugin<Options extends Rooted = Rooted> = Plugin<
  Options,
  DatasetContext,
  Promise<OpenedDataset>
>;

/** Ties a dataset's options to the argument of its factory. */
export function defineDataset<Options extends Rooted>(
  plugin: DatasetPlugin<Options>,
): DatasetPlugin<Options> {
  return plugin;
}
