/** What the page asks to be compared: runs, and the dataset with an earlier version of it. */
import type { ChangeKind, Version, VersionFile } from "../../src/data/health/versions.ts";
import type { Comparison } from "../../src/plots/report/comparison.ts";
import type { Call } from "./channel.ts";
import type { Source } from "./source.ts";

/** What is under way, and how much of it is done, if that can be counted. */
export interface Doing {
  readonly what: string;
  readonly done?: number;
  readonly total?: number;
}

/** What has changed, in numbers; what it is in detail is asked for as it is looked at. */
export interface ChangeSummary {
  /** The names of both versions. */
  readonly names: Readonly<Record<Version, string>>;
  /** Samples of the earlier version. */
  readonly samples: number;
  readonly kept: number;
  readonly reencoded: number;
  /** Groups of each kind. */
  readonly counts: Readonly<Record<ChangeKind, number>>;
  readonly newClasses: readonly string[];
  readonly goneClasses: readonly string[];
  /** Identifies the comparison. */
  readonly key: string;
}

/** The calls. */
export type CompareCalls = {
  /** Compares the runs in what the user gave. */
  compareRuns: Call<Source, Comparison, Doing>;
  /** The last comparison of runs as one page, as `deno task report` writes it. */
  comparisonPage: Call<Record<never, never>, Blob>;
  /** Compares the dataset that is open with an earlier version of it. */
  compareVersions: Call<Source, ChangeSummary, Doing>;
  /** The first files of the last comparison of versions: of added and removed ones, each alone, of others those that belong together. */
  changes: Call<{ readonly kind: ChangeKind; readonly most: number }, readonly (readonly VersionFile[])[]>;
  changedPicture: Call<
    { readonly version: Version; readonly path: string; readonly side: number },
    ImageBitmap
  >;
};
