/** What the page asks about what the network sees: presets of transforms, what crops lose, and images as they are prepared. */
import type { RowMix } from "../../src/data/mixing/batch_mix.ts";
import type { CropLoss, CropSummary } from "../../src/data/transforms/crop_loss.ts";
import type { Size } from "../../src/data/transforms/operation.ts";
import type { Step } from "../../src/data/transforms/transform.ts";
import type { FilePlace } from "../../src/data/types.ts";
import type { Call } from "./channel.ts";

/** The steps that images go through. */
export interface Transforms {
  readonly train: readonly Step[];
  readonly eval: readonly Step[];
}

/** A number, or several in a list. */
export type Values = number | readonly number[];

/** Options with other values, by their keys below `transforms`. */
export type Edits = Readonly<Record<string, Values>>;

/** An option of a preset that is a number or a list of them. */
export interface PresetOption {
  /** "train.0.random_resized_crop.scale" */
  readonly key: string;
  /** The name of its transform, and its own. */
  readonly transform: string;
  readonly name: string;
  readonly values: Values;
  /** True for [low, high]. */
  readonly isRange: boolean;
  /** What a slider offers. */
  readonly least: number;
  readonly most: number;
  readonly grain: number;
}

/** The value of an option of a way to mix batches. */
export type MixingValue = number | string | boolean | null | readonly number[];

/** Ways to mix batches with their options, as in `transforms.batch`. */
export type BatchWays = readonly Readonly<Record<string, Readonly<Record<string, MixingValue>>>>[];

/** An option of a way to mix batches. */
export interface MixingOption {
  readonly name: string;
  /** By default. */
  readonly value: MixingValue;
  /** What a number may be. */
  readonly least: number;
  readonly most: number;
  /** What text may be. */
  readonly choices: readonly string[];
}

/** A way to mix batches. */
export interface MixingWay {
  readonly name: string;
  readonly about: string;
  readonly options: readonly MixingOption[];
}

/** How batches are mixed. */
export interface Mixing {
  readonly ways: BatchWays;
  readonly batchSize: number;
}

/** What an image is mixed with, and the share of its own class. */
export interface MixedWith {
  readonly className: string;
  readonly share: number;
}

/** A file of conf/transforms. */
export interface Preset extends Transforms {
  readonly batch: BatchWays;
  readonly name: string;
  /** What its first lines say. */
  readonly about: string;
  readonly options: readonly PresetOption[];
}

/** Steps for a network whose input has this side. */
export interface Sized extends Transforms {
  readonly imageSize: number;
}

/** Those of evaluation alone. */
export type Evaluation = Pick<Sized, "eval" | "imageSize">;

/** An epoch of a run; the first is 0. */
export interface Epoch {
  readonly seed: number;
  readonly epoch: number;
}

/** An image that is to be prepared, as training does in an epoch, else as evaluation does. */
export interface Preparation {
  /** Of the file, among all that were ever open. */
  readonly key: string;
  readonly place: FilePlace;
  readonly how: Sized;
  /** The position of the sample among those of train, and the epoch. */
  readonly drawn?: Epoch & { readonly position: number };
  /** How it is mixed, and the other image. */
  readonly mixed?: { readonly mix: RowMix; readonly other: MixedFile };
}

/** An image that is mixed into another. */
export interface MixedFile {
  readonly key: string;
  readonly place: FilePlace;
  readonly position: number;
}

/** What is lost of an image. */
export interface ImageLoss extends Size, CropLoss {}

/** The calls. */
export type SeesCalls = {
  presets: Call<Record<never, never>, readonly Preset[]>;
  /** A preset's file with other values. */
  presetFile: Call<{ readonly name: string; readonly edits: Edits; readonly batch: BatchWays }, string>;
  mixingWays: Call<Record<never, never>, readonly MixingWay[]>;
  /** Samples of train of several shapes and classes, the widest last. */
  varied: Call<number, readonly number[]>;
  /** What evaluation loses of samples; undefined where a file cannot be read. */
  losses: Call<
    { readonly ids: readonly number[]; readonly how: Evaluation },
    readonly (ImageLoss | undefined)[]
  >;
  /** What evaluation by each of these loses of all images whose sizes are known. */
  crops: Call<readonly Evaluation[], readonly CropSummary[]>;
  /** A sample of train as it is in an epoch, mixed if batches are, else as in evaluation. */
  prepared: Call<
    { readonly id: number; readonly how: Sized; readonly epoch?: Epoch; readonly mixing?: Mixing },
    ImageBitmap
  >;
  /** What samples of train are mixed with in epochs: [ids, epochs]. */
  mixes: Call<
    {
      readonly ids: readonly number[];
      readonly epochs: readonly Epoch[];
      readonly imageSize: number;
      readonly mixing: Mixing;
    },
    readonly (readonly MixedWith[])[]
  >;
};
