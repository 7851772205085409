/** Runs that are ended at some moment and gone on with, and what is compared of them. */
import { readSafetensors, toFloat32 } from "../../src/formats/safetensors.ts";
import { parseExactJson } from "../../src/train/exact_json.ts";
import { cli, command, tiny } from "./cli.ts";

/** How long a run is, and how many of its best epochs' checkpoints stay. */
export interface Length {
  readonly epochs: number;
  readonly kept: number;
}

/**
 * Overrides of a run with all that has a state, and all that is drawn: averages, early stopping, a rate that follows the
 * validation, two passes a step, random augmentation and mixtures; and with checkpoints after every step.
 */
export function overrides(folder: string, { epochs, kept }: Length): string[] {
  return [
    ...tiny(folder, epochs),
    "data.synthetic.train=30", // two steps an epoch
    "resume=auto",
    "callbacks.ema={decay: 0.9}",
    "callbacks.early_stopping={}",
    "transforms=rand_augment",
    "transforms.batch=[mixup, cutmix, {timm_mixup: {mode: elem}}]",
    "optimizer.sam={}",
    "scheduler=reduce_on_plateau",
    "scheduler.patience=0",
    "scheduler.threshold=0.5",
    "callbacks.learning_rate_monitor={}",
    "callbacks.model_checkpoint.save_top_k=" + kept,
    "callbacks.model_checkpoint.save_every_n_minutes=0.0001",
    "trainer.log_every_n_steps=1",
  ];
}

/** All that a finished run leaves in its folder and in that of its checkpoints, but for what the clock says. */
export async function remains(run: string, checkpoints: string): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const name of ["metrics.jsonl", "metrics.csv", "report.json"]) {
    found[name] = await Deno.readTextFile(`${run}/${name}`);
  }
  for (const folder of [checkpoints, `${run}/weights`]) {
    for await (const { name } of Deno.readDir(folder)) {
      if (name.endsWith(".safetensors")) found[`${folder}/${name}`] = await contentOf(`${folder}/${name}`);
    }
  }
  return found;
}

/** Digests of a checkpoint's tensors, and its progress, in both of which the clock has no part. */
async function contentOf(path: string): Promise<unknown> {
  const { tensors, metadata } = readSafetensors(await Deno.readFile(path));
  const digests: Record<string, string> = {};
  for (const [tensor, stored] of tensors) {
    const bytes = new Uint8Array(Float32Array.from(toFloat32(stored)).buffer);
    digests[tensor] = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
  }
  const progress = parseExactJson(metadata.get("wgrad.progress")!) as { history: Record<string, unknown>[] };
  for (const record of progress.history) {
    for (const timing of ["seconds", "imagesPerSecond", "dataWait"]) delete record[timing];
  }
  return { digests, progress };
}

/** The same of the one run of a folder. */
export function remainsIn(folder: string): Promise<Record<string, unknown>> {
  return remains(`${folder}/run`, `${folder}/checkpoints/train`);
}

/** Runs to the end, from the last checkpoint if there is one; the folder is made alike, so that paths are the same. */
export async function runToEnd(folder: string, length: Length, more: readonly string[] = []): Promise<void> {
  const { code, error } = await cli("train", [...overrides(folder, length), ...more]);
  if (code !== 0) throw new Error(error);
}

/** When a run is ended: after so many milliseconds, or in the middle of writing a checkpoint, after so many of them. */
export type Moment = { readonly after: number } | { readonly write: number };

/** How a run ended that was stopped: its exit code, its error stream, and the seconds from the signal to its end. */
export interface Stopped {
  readonly code: number;
  readonly error: string;
  readonly seconds: number;
}

/** Starts a run, or goes on with it, and ends it by `signal` at `moment`. */
export async function stop(
  folder: string,
  length: Length,
  signal: "SIGKILL" | "SIGINT" | "SIGTERM" | "SIGHUP",
  moment: Moment,
  more: readonly string[] = [],
): Promise<Stopped> {
  const process = command("train", [...overrides(folder, length), ...more]).spawn();
  const ended = process.output();
  await reach(folder, moment, ended);
  const at = performance.now();
  try {
    process.kill(signal);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // it has ended already
  }
  const { code, stderr } = await ended;
  return { code, error: new TextDecoder().decode(stderr), seconds: (performance.now() - at) / 1000 };
}

async function reach(folder: string, moment: Moment, ended: Promise<unknown>): Promise<void> {
  let isOver = false;
  ended.then(() => isOver = true);
  if ("after" in moment) {
    const timer = new Promise((resolve) => setTimeout(resolve, moment.after));
    return void await Promise.race([timer, ended]);
  }
  const checkpoints = `${folder}/checkpoints/train`;
  let seen = 0, was = await isWriting(checkpoints); // a kill leaves what it was writing
  while (!isOver) {
    const is = await isWriting(checkpoints);
    if (is && !was && seen++ === moment.write) return;
    was = is;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Whether a checkpoint in a folder is being written. */
export async function isWriting(checkpoints: string): Promise<boolean> {
  try {
    for await (const { name } of Deno.readDir(checkpoints)) if (name.endsWith(".tmp")) return true;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return false;
}

/** Empties the folder of a run, but for its data. */
export async function clear(folder: string): Promise<void> {
  for (const name of ["run", "checkpoints"]) {
    await Deno.remove(`${folder}/${name}`, { recursive: true }).catch(() => {});
  }
}
