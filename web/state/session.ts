/** What the page knows of its dataset, as signals, and what can be done with it. */
import { batch, computed, signal } from "@preact/signals";
import { DataError, messageOf } from "../../src/base/errors.ts";
import type { Way } from "../../src/data/files/ways.ts";
import type { CheckProgress, Choices, DatasetCalls, Summary, Verdict } from "../protocol/calls.ts";
import type { Source } from "../protocol/source.ts";
import type { Caller } from "../protocol/channel.ts";
import { sent } from "./sent.ts";
import { startWorkers } from "./worker.ts";

/** Where the page is with its dataset. */
export type Phase =
  | { readonly at: "empty" }
  | { readonly at: "opening"; readonly what: string }
  | { readonly at: "question"; readonly reason: string; readonly ways: readonly Way[] }
  | { readonly at: "open"; readonly summary: Summary };

/** Where the check is. */
export type Checking =
  | { readonly at: "idle" }
  | { readonly at: "running"; readonly progress: CheckProgress }
  | { readonly at: "cancelled" }
  | { readonly at: "done" };

export const phase = signal<Phase>({ at: "empty" });
export const checking = signal<Checking>({ at: "idle" });
/** Of the sample as long as there is none of all files. */
export const verdict = signal<Verdict | undefined>(undefined);
/** What went wrong, in a sentence. */
export const fault = signal<string | undefined>(undefined);
/** What keeps another dataset from being opened, in a sentence: a training of this one. */
export const inProgress = signal<string | undefined>(undefined);
export const choices = signal<Choices>({ holdOut: 0.1 });
export const summary = computed(() => phase.value.at === "open" ? phase.value.summary : undefined);
/** True while images are open that have no labels but those that the user decides. */
export const isUnlabelled = computed(() =>
  phase.value.at === "open" && choices.value.layout === "unlabelled"
);
/** Identifies the dataset that is open. */
export const key = computed(() => summary.value?.key);

let worker: Caller<DatasetCalls> | undefined;
let source: Source | undefined;
let stop = new AbortController();

/** Says what went wrong. */
export function showFault(error: unknown): void {
  fault.value = messageOf(error);
}

/** What the user gave last. */
export const given = (): Source | undefined => source;

/** Calls the worker, which is started by the first call. */
export const call: Caller<DatasetCalls> = (name, params, options) => {
  worker ??= startWorkers((message) => refuse(new Error(`Cannot go on: ${message}; reload the page`)));
  return worker(name, params, options);
};

/** Opens what the user gave, and has it checked. */
export async function open(
  given: Source,
  chosen: Choices = { holdOut: choices.value.holdOut },
): Promise<void> {
  if (inProgress.value !== undefined) {
    return showFault(new DataError(`Cannot open another dataset: ${inProgress.value}`));
  }
  source = given;
  stop.abort();
  stop = new AbortController();
  batch(() => {
    phase.value = { at: "opening", what: "Looking at the files" };
    choices.value = chosen;
    checking.value = { at: "idle" };
    verdict.value = undefined;
    fault.value = undefined;
  });
  try {
    const onProgress = (what: string) => phase.value = { at: "opening", what };
    const options = { onProgress, signal: stop.signal };
    const opening = await call(
      "open",
      { source: await sent(call, given, stop.signal), choices: chosen },
      options,
    );
    if (opening.kind === "question") {
      phase.value = { at: "question", reason: opening.reason, ways: opening.ways };
      return;
    }
    phase.value = { at: "open", summary: opening.summary };
    await check();
  } catch (error) {
    if (!(error instanceof DOMException)) refuse(error); // else it was cancelled
  }
}

/** Opens the same again, read in another way. */
export async function openAs(chosen: Choices): Promise<void> {
  if (source !== undefined) await open(source, chosen);
}

/** Checks the dataset that is open. */
export async function check(): Promise<void> {
  const { signal } = stop;
  const onProgress = (progress: CheckProgress) =>
    batch(() => {
      if (progress.sample !== undefined) verdict.value = progress.sample;
      checking.value = { at: "running", progress };
    });
  onProgress({ stage: "sample", done: 0, total: summary.value!.count, seconds: 0, left: NaN });
  try {
    const found = await call("check", {}, { onProgress, signal });
    batch(() => {
      verdict.value = found.verdict;
      phase.value = { at: "open", summary: found.summary };
      checking.value = { at: "done" };
    });
  } catch (error) {
    if (!signal.aborted) refuse(error);
  }
}

/** Stops what is under way, at once. */
export function cancel(): void {
  stop.abort();
  stop = new AbortController();
  batch(() => {
    if (phase.value.at === "opening") phase.value = { at: "empty" };
    if (checking.value.at === "running") checking.value = { at: "cancelled" };
  });
}

/** Back to the start. */
export function close(): void {
  cancel();
  batch(() => {
    phase.value = { at: "empty" };
    verdict.value = undefined;
    fault.value = undefined;
  });
}

function refuse(error: unknown): void {
  batch(() => {
    if (phase.value.at === "opening") phase.value = { at: "empty" };
    if (checking.value.at === "running") checking.value = { at: "idle" };
    showFault(error);
  });
}
