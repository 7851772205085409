/** A layout: one way in which people arrange a dataset's files. */
import type { Listing } from "./listing.ts";
import type { ImageTable, LabelledPath } from "./table.ts";
import type { Split } from "../types.ts";

/** A part of a dataset as its files say; "all" where they say no splits. */
export type Part = Split | "all";

/** What a layout makes of a tree. */
export interface Reading {
  /** What was understood, in a few words: "class folders in train, valid". */
  readonly understood: string;
  readonly parts: Readonly<Partial<Record<Part, readonly LabelledPath[]>>>;
  /** The class that stands for none, where the files have no labels. */
  readonly noLabel?: string;
  /** The tables that were read. */
  readonly tables: readonly string[];
  /** Why files are not used, by path; those that are not listed have no special reason. */
  readonly ignored: ReadonlyMap<string, string>;
  /** Notes for the user. */
  readonly notes: readonly string[];
}

/** Where the splits are: the folder of one, auto for the one that is called so, or null to leave it out. */
export type SplitChoices = Readonly<Partial<Record<Split, string | null>>>;

/** What a layout may use. */
export interface LayoutContext {
  readonly splits: SplitChoices;
  /** The column with the label that the user named. */
  readonly labelColumn: string | undefined;
  /** Reads a table once; undefined if none of its columns names an image. @throws DataError */
  table(file: string): Promise<ImageTable | undefined>;
}

/** One way to arrange a dataset. */
export interface Layout {
  /** In words, for messages that ask the user to choose. */
  readonly title: string;
  /**
   * The dataset, or undefined if the tree is not arranged in this way.
   * @throws DataError if it is, but cannot be used
   */
  read(listing: Listing, context: LayoutContext): Promise<Reading | undefined>;
}
