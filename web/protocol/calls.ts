/** What the page asks of its workers. */
import type { Way } from "../../src/data/files/ways.ts";
import type { SeenFile } from "../../src/data/health/inspect.ts";
import type { Floors } from "../../src/data/health/floors.ts";
import type { FoundClass, Kind, Severity } from "../../src/data/health/types.ts";
import type { FilePlace, Split } from "../../src/data/types.ts";
import type { Call } from "./channel.ts";
import type { Decided } from "./decided.ts";
import type { CompareCalls } from "./compare_calls.ts";
import type { AheadCalls, GivenFiles, Source } from "./source.ts";
import type { Survey } from "./survey.ts";
import type { Preparation, SeesCalls, Transforms } from "./sees_calls.ts";

/** How the user wants it read: the keys of the command line. */
export interface Choices {
  readonly layout?: Way["layout"];
  readonly folder?: string;
  /** Share that validates where there is no such split. */
  readonly holdOut: number;
}

/** What is known of an opened dataset before any image is looked at. */
export interface Summary {
  readonly name: string;
  readonly understood: string;
  readonly notes: readonly string[];
  /** Files that are not used, by reason. */
  readonly ignored: readonly { readonly reason: string; readonly count: number; readonly first: string }[];
  readonly classes: readonly string[];
  readonly splits: readonly { readonly split: Split; readonly counts: Uint32Array }[];
  /** Samples in all; their ids are 0 .. count - 1. */
  readonly count: number;
  /** True where the files say no splits, so `holdOut` says how many validate. */
  readonly isDivided: boolean;
  /** Identifies the dataset, for what is kept of it. */
  readonly key: string;
}

/** The outcome of opening: a dataset, or a question. */
export type Opening =
  | { readonly kind: "opened"; readonly summary: Summary }
  | { readonly kind: "question"; readonly reason: string; readonly ways: readonly Way[] };

/** A finding without its files, which are asked for as they are looked at. */
export interface FoundKind {
  readonly kind: Kind;
  readonly severity: Severity;
  readonly title: string;
  readonly advice: string;
  readonly groups: number;
  readonly files: number;
  readonly classes: readonly FoundClass[];
}

/** What is wrong with the dataset. */
export interface Verdict {
  /** Files that were inspected, and all. */
  readonly inspected: number;
  readonly files: number;
  readonly imbalance: number;
  readonly findings: readonly FoundKind[];
  readonly notes: readonly string[];
  /** Corrections that follow from it. */
  readonly proposed: number;
}

/** How far a check is. */
export interface CheckProgress {
  readonly stage: "sample" | "all" | "comparing";
  readonly done: number;
  readonly total: number;
  /** Seconds since the check began, and left; NaN if unknown. */
  readonly seconds: number;
  readonly left: number;
  /** What the sample says, once. */
  readonly sample?: Verdict;
}

/** Which images, and in which order. */
export interface Query {
  readonly split?: Split;
  readonly className?: string;
  readonly finding?: Kind;
  /** The shorter side in pixels, where it is known. */
  readonly side?: { readonly from: number; readonly below: number };
  /** Whether their paths are among these, on which something had been decided when this was asked. */
  readonly decided?: { readonly paths: ReadonlySet<string>; readonly isSo: boolean };
  /** The class that the page's network sees; "wrong" for any that is not the label. */
  readonly predicted?: { readonly className: string } | "wrong";
  /** These samples only, in their order where it is "as read". */
  readonly among?: Uint32Array;
  /** Part of a path. */
  readonly text?: string;
  readonly sort: "order" | "class" | "size" | "path" | "confidence";
}

/** A sample as it is listed. */
export interface Row {
  readonly id: number;
  readonly path: string;
  readonly split: Split;
  readonly className: string;
  /** In pixels, once it is known. */
  readonly size?: readonly [width: number, height: number];
  readonly findings: readonly Kind[];
  /** What the page's network sees in it, and its probability. */
  readonly prediction?: { readonly className: string; readonly confidence: number };
}

/** A file of a group of a finding. */
export interface GroupFile {
  readonly id: number;
  readonly path: string;
  readonly split: Split;
  readonly className: string;
  readonly note?: string;
}

/** Files that a finding says belong together. */
export interface AlikeGroup {
  readonly title: string;
  readonly files: readonly GroupFile[];
}

/** How much is done of something. */
export interface Amount {
  readonly done: number;
  readonly total: number;
}

/** A batch that a network has to learn by heart. */
export interface OverfitBatch {
  /** The decisions that were given, and one for each image that is not in the batch, as a patch. */
  readonly patch: string;
  readonly images: readonly Row[];
  /** The numbers of images in it that are there under two labels. */
  readonly contradictions: readonly number[];
}

/** The calls of the worker that holds the dataset. */
export type DatasetCalls =
  & {
    open: Call<{ readonly source: Source; readonly choices: Choices }, Opening, string>;
    /** The summary says how the samples are divided in the end. */
    check: Call<
      Record<never, never>,
      { readonly verdict: Verdict; readonly summary: Summary },
      CheckProgress
    >;
    list: Call<Query, Uint32Array>;
    rows: Call<readonly number[], readonly Row[]>;
    /** Takes what a network has made of images, and gives their numbers, -1 for one that is not there. */
    survey: Call<Pick<Survey, "classes" | "paths" | "splits" | "predicted" | "confidence">, Int32Array>;
    /** The groups of findings that a sample is in, with those that look like it. */
    alike: Call<number, readonly AlikeGroup[]>;
    /** The images that the verdict proposes to drop, by their paths. */
    proposed: Call<Record<never, never>, readonly string[]>;
    /** The same as a patch, with the reasons. */
    proposedPatch: Call<Record<never, never>, string>;
    /** What needs no training after these decisions; undefined if it cannot be said. */
    floors: Call<Decided, Floors | undefined>;
    /** Of images without labels, those are chosen that the decisions give one. */
    overfitBatch: Call<
      { readonly size: number; readonly decided: Decided; readonly isUnlabelled: boolean },
      OverfitBatch
    >;
    /** An image of what a question is about, by its path in what was given. */
    example: Call<{ readonly path: string; readonly side: number }, ImageBitmap>;
    picture: Call<{ readonly id: number; readonly side: number }, ImageBitmap>;
    /** A sample's file as it is. */
    sampleFile: Call<number, { readonly path: string; readonly bytes: Uint8Array }>;
    patch: Call<Decided, string>;
    /** From now on images are trained on after these steps. Gives what is wrong then, if the dataset has been checked. */
    training: Call<Transforms["train"], Verdict | undefined>;
    /** Files as a .zip. */
    zipped: Call<GivenFiles, Blob, Amount>;
    cleaned: Call<Decided, Blob, Amount>;
  }
  & AheadCalls
  & SeesCalls
  & CompareCalls;

/** The calls of the workers that look at files. */
export type InspectCalls = {
  inspect: Call<readonly FilePlace[], readonly SeenFile[]>;
  /** An image as the network gets it. */
  prepare: Call<Preparation, ImageBitmap>;
};
