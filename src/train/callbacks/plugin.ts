import type * as z from "zod";
import type { StartProgress } from "../../base/progress.ts";
import type { Plugin } from "../../base/plugin.ts";
import type { EncodeJpeg, Normalization, Picture, Split } from "../../data/types.ts";
import type { SplitCounts } from "../../plots/class_bars_plot.ts";
import type { PlottingFor } from "../../plots/raster.ts";
import type { HealthFinding } from "../../plots/report/report.ts";
import type { Callback } from "../callback.ts";
import type { OnnxOptions } from "../onnx_options.ts";
import type { RunFiles } from "../report/run_records.ts";
import type { Screen } from "../screen.ts";

/** The folder for a run's checkpoints, usually that of its experiment, and the weights in the run's own folder. */
export interface CheckpointStore {
  readonly folder: string;
  /** The paths of the run's own weights, which no other run ever moves or replaces. */
  readonly weights: Readonly<Record<OwnWeights, string>>;
  /** Fails if the folder is not writable, before anything is trained. @throws FileError */
  probe(): Promise<void>;
  /** Writes a file atomically. */
  write(name: string, bytes: Uint8Array): Promise<void>;
  /**
   * Atomically makes the run's own weights the same as the file `name`. If there is no such file, they stay as they
   * are. @returns whether the run has them
   */
  keep(name: string, as: OwnWeights): Promise<boolean>;
  /** Removes a file; does nothing if there is none. */
  remove(name: string): Promise<void>;
}

/** What a run's own folder has weights of. */
export type OwnWeights = "best" | "last";

/** What a report is made from in addition to the run's state. */
export interface ReportSources {
  readonly files: RunFiles;
  readonly encodeJpeg: EncodeJpeg;
  /** The file of a split's sample. */
  pathOf(split: Split, index: number): string;
  /** Findings about the dataset's health; undefined if it was not checked. */
  readonly health?: readonly HealthFinding[] | undefined;
  now(): Date;
}

/** What a callback knows about its run besides its own options. */
export interface CallbackContext {
  /** The run's folder. */
  readonly folder: string;
  /** Side of the network's input images, in pixels. */
  readonly imageSize: number;
  /** How its input images are normalised. */
  readonly normalization: Normalization;
  /** The store for checkpoints. */
  readonly checkpoints: CheckpointStore;
  /** How often the schedule changes the learning rate. */
  readonly scheduleInterval: "epoch" | "step";
  /** The samples of each class, for each split that has any. */
  readonly samples: readonly SplitCounts[];
  /** Whether validations have images: the valid split has some, and trainer.limit_val_batches leaves them. */
  readonly validates: boolean;
  /** The image of a split's sample as the network sees it in validation, before normalisation. */
  picture(split: Split, index: number): Picture | Promise<Picture | undefined>;
  /** What plots that show these texts are laid out and drawn with, loaded on first use. */
  readonly plotting: PlottingFor;
  readonly report: ReportSources;
  /** Writes a file atomically. */
  write(path: string, bytes: Uint8Array): Promise<void>;
  /** Exports a checkpoint as ONNX and checks it. @throws CheckError if its outputs differ from the checkpoint's */
  exportOnnx(checkpoint: string, path: string, options: OnnxOptions): Promise<void>;
  print(line: string): void;
  readonly progress: StartProgress;
  readonly screen: Screen;
}

/** A callback that a configuration can name. */
export type CallbackPlugin<Options extends z.ZodObject = z.ZodObject> = Plugin<
  Options,
  CallbackContext,
  Callback
>;

/** Ties the type of a callback's options to the argument of its factory. */
export function defineCallback<Options extends z.ZodObject>(
  plugin: CallbackPlugin<Options>,
): CallbackPlugin<Options> {
  return plugin;
}
