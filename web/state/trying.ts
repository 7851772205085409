/** A model that is tried: which one, on which image, and what it says. */
import { batch, effect, signal } from "@preact/signals";
import { baseOf } from "../../src/data/files/paths.ts";
import type { Amount } from "../protocol/calls.ts";
import type { Source } from "../protocol/source.ts";
import type { OpenedModel, PredictedImages, Tried } from "../protocol/try_calls.ts";
import { engine } from "./engine.ts";
import { results } from "./learning.ts";
import { sent } from "./sent.ts";
import { call, fault, showFault } from "./session.ts";

/** The model that is open. */
export const model = signal<OpenedModel | undefined>(undefined);
/** Models that could be opened: the page's own, and those given last. */
export const offered = signal<readonly string[]>([]);
/** A run's folder that was given, which can be compared. */
export const givenRun = signal<Source | undefined>(undefined);
/** The images that were taken in, by name. */
export const images = signal<readonly string[]>([]);
/** The number of the one that is shown. */
export const current = signal(0);
export const tried = signal<Tried | undefined>(undefined);
/** The class to explain; undefined for the predicted one. */
export const asked = signal<number | undefined>(undefined);
export const predicted = signal<PredictedImages | undefined>(undefined);
/** What is going on, in words or counted. */
export const busy = signal<Amount | string | undefined>(undefined);

let stop = new AbortController();

/** Stops waiting for what is under way, at once. */
export function cancelTrying(): void {
  stop.abort();
  busy.value = undefined;
}

/** One thing at a time: what was under way is stopped. */
async function doing<T>(
  what: string,
  work: (
    options: { readonly signal: AbortSignal; readonly onProgress: (now: Amount | string) => void },
  ) => Promise<T>,
): Promise<T | undefined> {
  cancelTrying();
  stop = new AbortController();
  const { signal } = stop;
  batch(() => {
    busy.value = what;
    fault.value = undefined;
  });
  const onProgress = (now: Amount | string) => {
    if (!signal.aborted) busy.value = now;
  };
  try {
    return await work({ signal, onProgress });
  } catch (error) {
    if (!signal.aborted) showFault(error);
    return undefined;
  } finally {
    if (!signal.aborted) busy.value = undefined;
  }
}

/** Lists the weights of the page's own training. */
export async function findOwn(): Promise<void> {
  const own = await engine("ownModels", {});
  offered.value = [...own, ...offered.value.filter((path) => !path.startsWith("/"))];
}

effect(() => {
  if (results.value === 0) return;
  batch(() => { // the weights that were open are those of an earlier training
    model.value = undefined;
    tried.value = undefined;
    predicted.value = undefined;
    offered.value = [];
  });
});

/** Takes a sample of the dataset in; without a model, the page's own is opened for it. */
export async function trySample(id: number): Promise<void> {
  try {
    const { path, bytes } = await call("sampleFile", id);
    const file = new File([bytes as Uint8Array<ArrayBuffer>], baseOf(path));
    takeIn({ kind: "files", files: [[file.name, file]] });
    await findOwn();
    if (model.value === undefined && !isOpening && offered.value.length > 0) {
      await openModel(offered.value[0]);
    }
  } catch (error) {
    showFault(error);
  }
}

let turn = Promise.resolve();
/** True while a model is being opened, after which it looks at the image by itself. */
let isOpening = false;

/** Takes in what the user gave, one after the other: a model is opened, an image is classified. */
export function takeIn(source: Source): void {
  turn = turn.then(() => take(source)).catch(showFault);
}

async function take(source: Source): Promise<void> {
  fault.value = undefined;
  const taken = await engine("takeIn", await sent(engine, source));
  if (taken.kind === "models") {
    batch(() => {
      offered.value = [...offered.value.filter((path) => path.startsWith("/")), ...taken.paths];
      givenRun.value = taken.isRun ? source : undefined;
    });
    return void openModel(taken.paths[0]);
  }
  batch(() => {
    images.value = taken.names;
    predicted.value = undefined;
    tried.value = undefined;
    current.value = 0;
  });
  if (model.value !== undefined && !isOpening) void tryImage(0);
}

/** Opens a model, and has it look at the image that is shown. */
export async function openModel(path: string): Promise<void> {
  isOpening = true;
  const opened = await doing("Reading the model", (options) => engine("openModel", path, options));
  isOpening = false;
  if (opened === undefined) return;
  batch(() => {
    model.value = opened;
    predicted.value = undefined;
    tried.value = undefined;
  });
  if (images.value.length > 0) await tryImage(current.value);
}

/** Classifies an image; `of` is a class to explain. */
export async function tryImage(at: number, of?: number): Promise<void> {
  batch(() => {
    if (at !== current.value) tried.value = undefined;
    current.value = at;
    asked.value = of;
  });
  const found = await doing("Looking at the image", (options) => engine("tryImage", { at, of }, options));
  if (found !== undefined) tried.value = found;
}

/** Classifies all images that were taken in. */
export async function predictImages(): Promise<void> {
  const start = { done: 0, total: images.value.length };
  const found = await doing("Classifying images", ({ signal, onProgress }) => {
    onProgress(start);
    return engine("predictImages", {}, { signal, onProgress });
  });
  if (found !== undefined) predicted.value = found;
}
