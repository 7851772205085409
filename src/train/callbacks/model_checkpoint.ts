import * as z from "zod";
import {
  checkMode,
  DIRECTIONS,
  isBetter,
  type Mode,
  mode,
  type Monitored,
  monitored,
} from "../../metrics/monitored.ts";
import type { Callback, SaveReason } from "../callback.ts";
import { epochValue, validationValue } from "../monitor.ts";
import type { RunState, SavedCheckpoint } from "../run_state.ts";
import { checkFileName, fileName } from "./checkpoint_name.ts";
import { type CallbackPlugin, type CheckpointStore, defineCallback, type OwnWeights } from "./plugin.ts";

const options = z.strictObject({
  monitor: monitored.nullable().default("val/acc_top1")
    .describe("Metric that determines the best; null: the newest is the best"),
  mode,
  save_top_k: z.int().min(-1).default(3).describe("Number of best checkpoints to keep; -1: all"),
  save_last: z.boolean().default(true).describe("Also keep the last state, to resume from"),
  save_every_n_minutes: z.number().positive().nullable().default(null)
    .describe("Also save the last state within epochs"),
  filename: z.string().min(1).nullable().default(null)
    .describe("File name of the best; null: epoch=07-val_acc=0.9312"),
}).check(checkMode)
  .refine(({ filename, monitor }) => filename === null || checkFileName(filename, monitor), {
    path: ["filename"],
    error: "must be like {epoch:02d}-{val_acc:.4f}, with fields epoch, step and the metric of monitor",
  })
  .refine(({ monitor, save_top_k }) => monitor !== null || [0, 1].includes(save_top_k), {
    path: ["save_top_k"],
    error: "must be 0 or 1 where monitor is null: only the newest is kept",
  });

/** Options of {@link modelCheckpoint}. */
export interface ModelCheckpointOptions {
  /** The metric that determines the best; null: the newest is the best. */
  readonly monitor: Monitored | null;
  /** Which way is better, which follows from `monitor`; null: the same. */
  readonly mode: Mode | null;
  /** Number of best checkpoints to keep; -1: all. */
  readonly save_top_k: number;
  /** Also keep the last state, to resume from. */
  readonly save_last: boolean;
  /** Also save the last state within epochs. */
  readonly save_every_n_minutes: number | null;
  /** File name of the best; null: epoch=07-val_acc=0.9312. */
  readonly filename: string | null;
}

const LAST = "last.safetensors";

/** The name in the store. Its path may be of a folder that has been moved since. */
function nameOf({ path }: SavedCheckpoint): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** The `most` best checkpoints of a run (-1: all), by their names in the store, and what changed last. */
class Ranking {
  /** Best first; on a tie the earlier one. */
  kept: SavedCheckpoint[] = [];
  /** One that is among the best but not written yet. */
  pending: SavedCheckpoint | undefined;
  /** The name of one that dropped out and may still be in the store. */
  dropped: string | undefined;

  constructor(readonly direction: Mode, readonly most: number) {}

  get names(): Set<string> {
    return new Set(this.kept.map(nameOf));
  }

  add(candidate: SavedCheckpoint) {
    const place = this.kept.findIndex((other) => isBetter(this.direction, candidate.value, other.value));
    this.kept.splice(place < 0 ? this.kept.length : place, 0, candidate);
    const last = this.most > 0 && this.kept.length > this.most ? this.kept.pop()! : undefined;
    if (last !== candidate) this.pending = candidate;
    if (last !== undefined && last !== candidate) this.dropped = nameOf(last);
  }

  /** Removes the one kept without a metric, whose value is NaN, to make room for the next. */
  clear() {
    this.dropped = this.kept[0] && nameOf(this.kept[0]);
    this.kept = [];
  }
}

/**
 * Writes the `save_top_k` best checkpoints by a metric, and `last` after each epoch, at a time interval if requested,
 * and when the run is interrupted. Without validation the last epoch is the best. Every checkpoint can be resumed
 * from. The best and the last also become the weights in the run's own folder.
 */
export function modelCheckpoint(options: ModelCheckpointOptions, store: CheckpointStore): Callback {
  const { monitor, save_top_k: most, save_last: keepsLast, save_every_n_minutes: minutes } = options;
  const direction = monitor === null ? "max" : DIRECTIONS[monitor];
  const ranking = new Ranking(direction, most);
  let savedAt = performance.now();

  const rank = (state: RunState, value: number | undefined) => {
    if (value === undefined || most === 0) return;
    if (Number.isNaN(value)) ranking.clear();
    const name = fileName(options.filename, monitor, state, value, ranking.names);
    ranking.add({ path: `${store.folder}/${name}`, epoch: state.epoch, step: state.step, value });
    state.best = bestIn(ranking, store);
  };

  const save = async (state: RunState) => {
    const { pending } = ranking;
    if (!pending && !keepsLast) return;
    const { epoch, step } = state;
    state.last = keepsLast
      ? { path: store.weights.last, epoch, step, value: pending?.value ?? NaN }
      : pending;
    ranking.pending = undefined;
    const bytes = await state.snapshot();
    if (pending) await put(store, nameOf(pending), bytes, pending === ranking.kept[0] && "best");
    if (keepsLast) await put(store, LAST, bytes, "last"); // not a link, so that one damaged file is never both
    if (ranking.dropped !== undefined) await store.remove(ranking.dropped);
    ranking.dropped = undefined;
    savedAt = performance.now();
  };

  return {
    name: "model_checkpoint",
    fitStart: () => store.probe(),
    validated: (state, record) => rank(state, validationValue(monitor, record)),
    epochEnd: (state) => rank(state, epochValue(monitor, state)),
    async stepEnd(state) {
      if (minutes !== null && keepsLast && performance.now() - savedAt >= minutes * 60_000) await save(state);
    },
    async fitEnd({ log, best, last }) {
      const left = [...(best ? [best] : []), ...ranking.kept.slice(1), ...(last && keepsLast ? [last] : [])]
        .map(({ path, step, value }) => ({ path, step, score: value, isBest: path === best?.path }));
      left.sort((a, b) => a.step - b.step);
      await log.checkpoints(left, { monitor, mode: direction, save_top_k: most, save_last: keepsLast });
    },
    save: (state, reason: SaveReason) =>
      reason === "validation" && !ranking.pending ? undefined : save(state),
    state: () => ({ kept: ranking.kept, dropped: ranking.dropped }),
    async load(state, run) {
      const { kept, dropped } = state as { kept: SavedCheckpoint[]; dropped?: string };
      if (dropped !== undefined) await store.remove(dropped);
      ranking.kept = await stillThere(kept, store);
      run.best = bestIn(ranking, store);
      if (!keepsLast || !run.last) return;
      await store.keep(LAST, "last");
      run.last = { ...run.last, path: store.weights.last };
    },
  };
}

/** Writes a checkpoint, which then also becomes the run's own best or last. */
async function put(
  store: CheckpointStore,
  name: string,
  bytes: Uint8Array,
  as: OwnWeights | false,
): Promise<void> {
  await store.write(name, bytes);
  if (as) await store.keep(name, as);
}

/** The best of the ranking, under its name in the run's own folder. */
function bestIn({ kept: [first] }: Ranking, { weights }: CheckpointStore): SavedCheckpoint | undefined {
  return first && { ...first, path: weights.best };
}

/**
 * The checkpoints of a run that goes on, from the best that has not been deleted. That one becomes the run's own best
 * again, since a kill may have come between the writing of a file and of the run's name for it.
 */
async function stillThere(
  kept: readonly SavedCheckpoint[],
  store: CheckpointStore,
): Promise<SavedCheckpoint[]> {
  const here = kept.map((one) => ({ ...one, path: `${store.folder}/${nameOf(one)}` }));
  while (here.length > 0 && !await store.keep(nameOf(here[0]), "best")) here.shift();
  return here;
}

/** The plug-in. */
export const model_checkpoint: CallbackPlugin = defineCallback({
  options: options.describe("Saves the best and the last checkpoints"),
  make: (given, { checkpoints }) => modelCheckpoint(given, checkpoints),
});
