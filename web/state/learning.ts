/** Training in the page: the plan, the run in progress or the last one, and what can be done with it. */
import { batch, effect, signal } from "@preact/signals";
import { clockTime } from "../../src/base/clock.ts";
import type { OverfitBatch } from "../protocol/calls.ts";
import type { StepNews, TrainEnd, TrainNews, TrainOrder, ValidNews } from "../protocol/engine_calls.ts";
import { decided } from "./decisions.ts";
import { engine } from "./engine.ts";
import { isDecided, judge, type Judgement } from "./judge.ts";
import { type Plan, plan, planOverrides } from "./plan.ts";
import { sent } from "./sent.ts";
import { call, choices, given, inProgress, isUnlabelled, summary } from "./session.ts";

/** A run of the page. */
export interface Run {
  readonly kind: "overfit" | "training";
  readonly at: "starting" | "running" | "paused" | "finished" | "stopped" | "failed";
  readonly plan: Plan;
  /** The plan as words of the command line, as it was when the run began. */
  readonly overrides: readonly string[];
  /** What it does right now, as the command line says it. */
  readonly doing: string;
  readonly lines: readonly string[];
  /** How far that is. */
  readonly progress:
    | { readonly what: string; readonly done: number; readonly total: number | undefined }
    | undefined;
  /** Steps of the optimiser in all; 0 until it is known. */
  readonly total: number;
  readonly steps: readonly StepNews[];
  readonly valids: readonly ValidNews[];
  /** The most GPU memory that it took, in bytes. */
  readonly memory: number | undefined;
  readonly error: { readonly message: string; readonly hasDiverged: boolean } | undefined;
  /** Of an overfitting. */
  readonly batch: OverfitBatch | undefined;
  /** True once more steps would change nothing about its verdict. */
  readonly isDecided: boolean;
  readonly judgement: Judgement | undefined;
}

export const run = signal<Run | undefined>(undefined);
/** Counts the runs that have left something to look at. */
export const results = signal(0);

/** Steps in which a batch has to be learnt by heart. */
const OVERFIT_STEPS = 40;

/** True while a run is in progress. */
export function isBusy(): boolean {
  return ["starting", "running", "paused"].includes(run.value?.at ?? "");
}

effect(() => {
  inProgress.value = isBusy() ? 'a training is in progress; stop it in "Will it learn?" first' : undefined;
});

/** Has a batch learnt by heart, and judges it. */
export async function overfit(): Promise<void> {
  const chosen = plan.value;
  begin("overfit", chosen);
  const size = chosen.batch;
  const batchOf = await call("overfitBatch", {
    size,
    decided: decided(),
    isUnlabelled: isUnlabelled.value,
  }).catch(fail);
  if (batchOf === undefined) return;
  change({ batch: batchOf });
  await start(batchOf.patch, [
    "resume=never",
    ...planOverrides({ ...chosen, epochs: OVERFIT_STEPS, images: undefined }),
    "data.sampler.mode=disabled",
    "trainer.limit_val_batches=0",
    "trainer.num_sanity_val_steps=0",
    "trainer.log_every_n_steps=1",
    "scheduler=constant",
    "loss.label_smoothing=0",
    "transforms.train=${transforms.eval}",
    "callbacks.model_checkpoint=null",
    "callbacks.report=null",
    ...(summary.value?.isDivided ? ["data.split.valid=0", "data.split.test=0"] : []),
  ]);
  const { at, steps, error, isDecided } = run.value!, hasDiverged = error?.hasDiverged ?? false;
  if (at !== "finished" && !isDecided && !hasDiverged) return;
  change({
    at: "finished",
    judgement: judge({ steps, hasDiverged, rate: chosen.rate, batch: batchOf }),
  });
}

/** Trains as planned. */
export async function train(): Promise<void> {
  begin("training", plan.value);
  await start(await ownPatch(), [...run.value!.overrides, "trainer.log_every_n_steps=1", "resume=never"]);
}

/** Goes on with the training that was stopped. */
export async function goOn(): Promise<void> {
  const stopped = run.value;
  if (stopped?.at !== "stopped") return;
  change({ at: "starting", error: undefined });
  await start(await ownPatch(), [...stopped.overrides, "trainer.log_every_n_steps=1", "resume=auto"]);
}

/** Goes on, pauses, or takes one step. */
export async function setPace(pace: "go" | "pause" | "step"): Promise<void> {
  if (pace === "go") change({ at: "running" });
  await engine("pace", pace);
}

/** Ends the run, which saves itself. */
export async function stop(): Promise<void> {
  change({ doing: "Stopping after this step" });
  await engine("stop", {});
}

/** Seconds that are left at the pace of the last steps, as a clock shows them; undefined if that is not known. */
export function timeLeft({ steps, total, plan }: Run): string | undefined {
  const last = steps.at(-1);
  if (last === undefined || total === 0 || !(last.imagesPerSecond > 0)) return undefined;
  return clockTime((total - last.step) * plan.batch / last.imagesPerSecond);
}

function begin(kind: Run["kind"], plan: Run["plan"]): void {
  run.value = {
    kind,
    at: "starting",
    plan,
    overrides: planOverrides(plan),
    doing: "Starting the engine",
    lines: [],
    progress: undefined,
    total: 0,
    steps: [],
    valids: [],
    memory: undefined,
    error: undefined,
    batch: undefined,
    isDecided: false,
    judgement: undefined,
  };
}

function change(part: Partial<Run>): void {
  if (run.value !== undefined) run.value = { ...run.value, ...part };
}

function fail(error: unknown): undefined {
  const { name, message } = error instanceof Error ? error : { name: "", message: String(error) };
  change({ at: "failed", error: { message, hasDiverged: name === "DivergedError" } });
}

/** What the user has decided; undefined if that cannot be said, which ends the run. */
async function ownPatch(): Promise<string | undefined> {
  return await call("patch", decided()).catch(fail);
}

async function start(
  patch: string | undefined,
  overrides: readonly string[],
): Promise<void> {
  const source = given();
  if (source === undefined || patch === undefined) return;
  const folder = run.value!.kind === "overfit" ? "overfit" : "run";
  const order: TrainOrder = {
    source: await sent(engine, source),
    choices: choices.value,
    patch,
    overrides,
    folder,
  };
  const end = await engine("train", order, { onProgress: hear }).catch(fail);
  if (end !== undefined) finish(end);
}

function finish({ kind }: TrainEnd): void {
  batch(() => {
    change({ at: kind, doing: "" });
    if (run.value?.kind === "training") results.value++;
  });
}

/** Takes what a run says. */
function hear(news: TrainNews): void {
  const now = run.value;
  if (now === undefined) return;
  switch (news.kind) {
    case "line":
      return news.text === "" ? undefined : change({ lines: [...now.lines, news.text] });
    case "doing":
      return change({ doing: news.text });
    case "progress":
      return change({ progress: news });
    case "began":
      return change({ at: "running", total: news.steps, progress: undefined });
    case "memory":
      return change({ memory: news.bytes });
    case "paused":
      return change({ at: "paused" });
    case "valid":
      return change({ valids: [...now.valids, news] });
    case "step":
      change({ steps: [...now.steps, news] });
      if (now.kind !== "overfit" || now.isDecided || !isDecided(run.value!)) return;
      change({ isDecided: true });
      void stop();
  }
}
