/** Comparisons, of runs and of versions of the dataset: how far each is, and what it says. */
import { computed, effect, type Signal, signal } from "@preact/signals";
import type { Source } from "../protocol/source.ts";
import type { CompareCalls, Doing } from "../protocol/compare_calls.ts";
import { sent } from "./sent.ts";
import { call, fault, showFault, summary } from "./session.ts";

/** What can be compared, by the name of its call. */
type Comparable = "compareRuns" | "compareVersions";

/** Where a comparison is. */
export type Comparing<Result> =
  | { readonly at: "empty" }
  | { readonly at: "reading"; readonly doing: Doing }
  | { readonly at: "shown"; readonly result: Result };

/** A comparison. */
export interface ComparisonState<Result> {
  readonly now: Signal<Comparing<Result>>;
  /** Compares what the user gave. */
  start(source: Source): Promise<void>;
  /** Stops what is under way, at once. */
  cancel(): void;
}

function comparisonBy<Name extends Comparable>(name: Name): ComparisonState<CompareCalls[Name]["result"]> {
  const now = signal<Comparing<CompareCalls[Name]["result"]>>({ at: "empty" });
  let stop = new AbortController();
  const cancel = () => {
    stop.abort();
    stop = new AbortController();
    if (now.peek().at === "reading") now.value = { at: "empty" };
  };
  return {
    now,
    cancel,
    async start(source) {
      cancel();
      const { signal } = stop, before = now.value;
      fault.value = undefined;
      const onProgress = (doing: Doing) => now.value = { at: "reading", doing };
      onProgress({ what: "Listing files" });
      try {
        now.value = {
          at: "shown",
          result: await call(name, await sent(call, source, signal), { onProgress, signal }),
        };
      } catch (error) {
        if (signal.aborted) return;
        now.value = before;
        showFault(error);
      }
    },
  };
}

export const runs = comparisonBy("compareRuns");
export const versions = comparisonBy("compareVersions");

/** What the room compares. */
export const subject = signal<"runs" | "versions">("runs");

const opened = computed(() => summary.value?.key);

effect(() => {
  opened.value; // another dataset has other versions
  versions.cancel();
  versions.now.value = { at: "empty" };
});
