/** What the page asks of the engine about models that are there already: to open one, and to classify images. */
import type { Amount } from "./calls.ts";
import type { Call } from "./channel.ts";
import type { Source } from "./source.ts";

/** What the user gave: models of which one is to be opened, or images. */
export type TakenIn =
  | { readonly kind: "models"; readonly paths: readonly string[]; readonly isRun: boolean }
  | { readonly kind: "images"; readonly names: readonly string[] };

/** A model that is open. */
export interface OpenedModel {
  readonly path: string;
  /** The architecture, if its file says it. */
  readonly model: string | undefined;
  readonly runtime: string;
  readonly classes: readonly string[];
  readonly imageSize: number;
  /** What the file does not say, and what is assumed. */
  readonly notes: readonly string[];
  /** False where nothing gives gradients. */
  readonly explains: boolean;
}

/** What a model says about an image. */
export interface Tried {
  /** The likeliest classes, best first, with their confidence, 0 .. 1. */
  readonly guesses: readonly {
    readonly label: string;
    readonly index: number;
    readonly confidence: number;
  }[];
  /** The image as the model sees it. */
  readonly seen: ImageBitmap;
  /** The same with heat over what speaks for a class, by a layer's output. */
  readonly heat?: {
    readonly bitmap: ImageBitmap;
    readonly of: string;
    readonly layer: string;
    readonly size: string;
  };
}

/** The predictions of many images. */
export interface PredictedImages {
  /** As `deno task predict --csv` writes it. */
  readonly csv: string;
  readonly read: number;
  readonly unreadable: number;
}

/** The calls. Progress says in words what is being done. */
export type TryCalls = {
  takeIn: Call<Source, TakenIn, string>;
  /** The weights of the page's own training, by path. */
  ownModels: Call<Record<never, never>, readonly string[]>;
  openModel: Call<string, OpenedModel, string>;
  /** An image of those that were taken in, by number; `of` is a class to explain, by default the predicted one. */
  tryImage: Call<{ readonly at: number; readonly of?: number | undefined }, Tried, string>;
  predictImages: Call<Record<never, never>, PredictedImages, Amount>;
};
