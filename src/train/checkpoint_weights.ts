/** The weights in a checkpoint that are meant to be used: those that were validated. */
import type { ByteSource } from "../base/byte_source.ts";
import { readWeights, type TensorInFile } from "../formats/weights.ts";
import { optimizerStates } from "../optim/optimizers/mod.ts";

/** What the names of averaged weights start with. */
export const EMA = "ema.";
/** The loss scale of mixed precision, and the results of the epoch's batches so far. */
export const LOSS_SCALE = "loss_scale", EPOCH_RESULTS = "epoch.results";
/** Metadata: whether validations looked at the "averages" or at the "weights". */
export const EVALUATED = "wgrad.evaluated";

/** Weights under torchvision's names, and what the file says of them. */
export interface CheckpointWeights {
  readonly weights: ReadonlyMap<string, TensorInFile>;
  readonly metadata: ReadonlyMap<string, string>;
  /** True if they are averaged. */
  readonly isAveraged: boolean;
  /** What stood beside the model, such as a loss's weights in a trainer's checkpoint. */
  readonly aside: readonly string[];
}

/** True for what a run needs to go on and a model does not. */
function isRunState(name: string): boolean {
  return [EMA, ...optimizerStates.map((state) => `${state}.`)].some((prefix) => name.startsWith(prefix)) ||
    name === LOSS_SCALE ||
    name === EPOCH_RESULTS;
}

/**
 * The weights of a checkpoint, or of any file of weights, read one by one when they are asked for; with `ema` the
 * averaged ones, where the file has them and they were validated.
 * @throws DataError if the file is damaged, or no file of weights
 */
export async function checkpointWeights(
  source: ByteSource,
  { ema }: { readonly ema: boolean },
): Promise<CheckpointWeights> {
  const { tensors, metadata, aside } = await readWeights(source);
  const weights = new Map([...tensors].filter(([name]) => !isRunState(name)));
  const averaged = [...tensors].filter(([name]) => name.startsWith(EMA));
  const isAveraged = ema && averaged.length > 0 && metadata.get(EVALUATED) !== "weights";
  if (isAveraged) { for (const [name, tensor] of averaged) weights.set(name.slice(EMA.length), tensor); }
  return { weights, metadata, isAveraged, aside };
}
