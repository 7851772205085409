import type * as z from "zod";
import type { Plugin } from "../../base/plugin.ts";
import type { EncodeJpeg, Picture, Split } from "../../data/types.ts";
import type { SplitCounts } from "../../plots/class_bars_plot.ts";
import type { Plotting } from "../../plots/raster.ts";
import type { HealthFinding } from "../../plots/report/report.ts";
import type { Callback } from "../callback.ts";
import type { OnnxOptions } from "../onnx_options.ts";
import type { RunFiles } from "../report/read_run.ts";
import type { Screen } from "../screen.ts";

/** The folder that an experiment's checkpoints lie in. */
export interface CheckpointStore {
  /** For messages. */
  readonly folder: string;
  /** Fails where nothing can be written, before anything is trained. @throws FileError */
  probe(): Promise<void>;
  /** Writes a file whole or not at all. */
  write(name: string, bytes: Uint8Array): Promise<void>;
  /** Makes `to` the same file as `from`, whole or not at all. */
  link(from: string, to: string): Promise<void>;
  /** Removes a file; does nothing if there is none. */
  remove(name: string): Promise<void>;
}

/** What a report is made from, beside the run's state. */
export interface ReportSources {
  readonly files: RunFiles;
  readonly encodeJpeg: EncodeJpeg;
  /** The file that a split's sample comes from. */
  pathOf(split: Split, index: number): string;
  /** What was found of the dataset's health; undefined if nobody looked. */
  readonly health?: readonly HealthFinding[] | undefined;
  now(): Date;
}

/** What a callback may know of its run beyond its own options. */
export interface CallbackContext {
  /** The run's folder. */
  readonly folder: string;
  /** Side of the images that the model sees, in pixels. */
  readonly imageSize: number;
  /** Where checkpoints go. */
  readonly checkpoints: CheckpointStore;
  /** How often the schedule changes the learning rate. */
  readonly scheduleInterval: "epoch" | "step";
  /** How many samples each class has in each split that has any. */
  readonly samples: readonly SplitCounts[];
  /** The picture of a split's sample as the model sees it in validation, but for the normalisation. */
  picture(split: Split, index: number): Picture | Promise<Picture>;
  /** What plots are laid out and drawn with; loaded when it is first asked for. */
  plotting(): Promise<Plotting>;
  readonly report: ReportSources;
  /** Writes a file whole or not at all. */
  write(path: string, bytes: Uint8Array): Promise<void>;
  /** Writes a checkpoint as ONNX, and checks it. @throws CheckError if it does not do what the checkpoint does */
  exportOnnx(checkpoint: string, path: string, options: OnnxOptions): Promise<void>;
  print(line: string): void;
  readonly screen: Screen;
}

/** A callback that a configuration can name. */
export type CallbackPlugin<Options extends z.ZodType = z.ZodType> = Plugin<
  Options,
  CallbackContext,
  Callback
>;

/** Ties a callback's options to the argument of its factory. */
export function defineCallback<Options extends z.ZodType>(
  plugin: CallbackPlugin<Options>,
): CallbackPlugin<Options> {
  return plugin;
}
