/** Will it learn? Floors without training, a batch learnt by heart, and a small training. */
import { useEffect } from "preact/hooks";
import { engineFacts, meetEngine, noEngine } from "../../state/engine.ts";
import { isBusy, overfit, run, train } from "../../state/learning.ts";
import { NoLabels } from "../no_labels.tsx";
import { FloorsSection } from "./floors.tsx";
import { OverfitVerdict } from "./overfit_verdict.tsx";
import { PlanForm } from "./plan_form.tsx";
import { RunSection } from "./run_section.tsx";

/** The room. */
export function LearnRoom() {
  useEffect(() => void meetEngine(), []);
  return (
    <>
      <NoLabels />
      <FloorsSection />
      <section aria-labelledby="plan-title">
        <h2 id="plan-title">Training in this tab</h2>
        <Adapter />
        <PlanForm />
        <p>
          A rate that suits these images is looked for on the command line, by{" "}
          <code>deno task train PATH trainer.lr_find=true</code>.
        </p>
        <div class="ways-in start">
          <button type="button" disabled={isClosed()} onClick={() => void overfit()}>
            1. Learn one batch by heart
          </button>
          <button type="button" disabled={isClosed()} onClick={() => void train()}>2. Train</button>
        </div>
      </section>
      {run.value !== undefined && <RunSection run={run.value} />}
      {run.value?.judgement !== undefined && <OverfitVerdict run={run.value} />}
    </>
  );
}

function isClosed(): boolean {
  return engineFacts.value === undefined || isBusy();
}

/** The GPU, or why there is none. */
function Adapter() {
  const facts = engineFacts.value;
  if (noEngine.value !== undefined) {
    return (
      <p class="fault" role="status">
        No training and no predictions here; everything else works. {noEngine.value}
      </p>
    );
  }
  if (facts === undefined) return <p aria-live="polite">Looking for a GPU…</p>;
  return (
    <p title={facts.adapter}>
      On {facts.adapter.replace(/ \(.*/, "")}. {facts.isSoftware &&
        "A GPU in software: compiling takes a minute, and a step a second; choose a side of 32."}
    </p>
  );
}
