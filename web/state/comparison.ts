/** The comparison of runs: what it is of, how far it is, and what it says. */
import { signal } from "@preact/signals";
import type { Comparison } from "../../src/plots/report/comparison.ts";
import type { Amount, Source } from "../protocol/calls.ts";
import { call, fault } from "./session.ts";

/** Where the comparison is. */
export type Comparing =
  | { readonly at: "empty" }
  | { readonly at: "reading"; readonly progress: Amount | string }
  | { readonly at: "shown"; readonly comparison: Comparison };

export const comparing = signal<Comparing>({ at: "empty" });

let stop = new AbortController();

/** Compares the runs in what the user gave. */
export async function compareRuns(source: Source): Promise<void> {
  cancelComparison();
  const { signal } = stop, before = comparing.value;
  fault.value = undefined;
  const onProgress = (progress: Amount | string) => comparing.value = { at: "reading", progress };
  onProgress("Looking for runs");
  try {
    comparing.value = { at: "shown", comparison: await call("compareRuns", source, { onProgress, signal }) };
  } catch (error) {
    if (signal.aborted) return;
    comparing.value = before;
    fault.value = error instanceof Error ? error.message : String(error);
  }
}

/** Stops reading, at once. */
export function cancelComparison(): void {
  stop.abort();
  stop = new AbortController();
  if (comparing.value.at === "reading") comparing.value = { at: "empty" };
}
