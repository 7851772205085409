/** What the page asks of the worker that has the engine. */
import type { Amount, Choices } from "./calls.ts";
import type { Call } from "./channel.ts";
import type { AheadCalls, Source } from "./source.ts";
import type { Survey } from "./survey.ts";
import type { TryCalls } from "./try_calls.ts";

/** A training: the page's dataset with its patch, and overrides as on the command line. */
export interface TrainOrder {
  readonly source: Source;
  readonly choices: Choices;
  /** As text, which costs the page's main thread no time however many images it names. */
  readonly patch: string;
  readonly overrides: readonly string[];
  /** Where its files go; what was there of an earlier run is removed, unless this one resumes it. */
  readonly folder: "run" | "overfit";
}

/** Loss and share of right answers, 0 .. 1. */
export interface Score {
  readonly loss: number;
  readonly top1: number;
}

/** A step of the optimiser; the first is 1. */
export interface StepNews extends Score {
  readonly kind: "step";
  readonly step: number;
  readonly epoch: number;
  readonly lr: number;
  readonly imagesPerSecond: number;
}

/** A validation: of so many epochs, after so many steps. */
export interface ValidNews extends Score {
  readonly kind: "valid";
  readonly step: number;
  readonly epoch: number;
}

/** What a run says while it goes on. */
export type TrainNews =
  /** A line of its output, or what it is doing right now. */
  | { readonly kind: "line" | "doing"; readonly text: string }
  | {
    readonly kind: "began";
    readonly steps: number;
    readonly epochs: number;
    readonly classes: readonly string[];
  }
  /** So many are done of something that takes long, such as "compiling kernels", of so many as far as it is known. */
  | {
    readonly kind: "progress";
    readonly what: string;
    readonly done: number;
    readonly total: number | undefined;
  }
  | { readonly kind: "memory"; readonly bytes: number }
  | { readonly kind: "paused" }
  | StepNews
  | ValidNews;

/** How a run ended: by itself, or by the user; then it can go on. */
export type TrainEnd = { readonly kind: "finished" } | { readonly kind: "stopped" };

/** A file of the run. */
export interface RunFile {
  readonly path: string;
  readonly bytes: number;
}

/** What the engine offers here. */
export interface EngineFacts {
  /** The adapter's name. */
  readonly adapter: string;
  /** True for a GPU in software, which is slow. */
  readonly isSoftware: boolean;
  readonly models: readonly string[];
  readonly transforms: readonly string[];
}

/** How far ONNX Runtime and the engine agree on images that no training saw. */
export interface ExportCheck {
  readonly images: number;
  /** Images for which they name different classes. */
  readonly flips: number;
  /** The largest difference of logits, relative to the image's largest, or to 1. */
  readonly worst: number;
}

/** The calls of the worker that trains and predicts. */
export type EngineCalls = AheadCalls & TryCalls & {
  /** Fails with the reason where there is no GPU. */
  facts: Call<Record<never, never>, EngineFacts>;
  train: Call<TrainOrder, TrainEnd, TrainNews>;
  /** Goes on, pauses before the next step, or takes one step and pauses. */
  pace: Call<"go" | "pause" | "step", void>;
  /** Ends the run, which saves itself. */
  stop: Call<Record<never, never>, void>;
  /** What the network of the last training makes of all images; undefined before there is one. */
  survey: Call<Record<never, never>, Survey | undefined>;
  /** Places every so-manieth image of the survey by neighbourhood, [M, 2]. */
  umap: Call<{ readonly every: number }, Float32Array, Amount>;
  runFiles: Call<Record<never, never>, readonly RunFile[]>;
  /** Writes model.onnx of the best weights, and compares it with the engine; says on the way what it does. */
  exportOnnx: Call<Record<never, never>, ExportCheck, string>;
  /** A file of the run: a blob, whose bytes the page's main thread need not copy. */
  runFile: Call<string, Blob>;
};
