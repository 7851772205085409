/** Selects the weights to use from a checkpoint: those that were validated. */
import type { ByteSource } from "../base/byte_source.ts";
import { readWeights, type TensorInFile } from "../formats/weights.ts";
import { optimizerStates } from "../optim/optimizers/mod.ts";

/** Prefix of the names of averaged weights. */
export const EMA = "ema.";
/** The loss scale of mixed precision, and the results of the epoch's batches so far. */
export const LOSS_SCALE = "loss_scale", EPOCH_RESULTS = "epoch.results";
/** Metadata: whether validations used the "averages" or the "weights". */
export const EVALUATED = "wgrad.evaluated";

/** Weights under torchvision's names, with the file's metadata. */
export interface CheckpointWeights {
  readonly weights: ReadonlyMap<string, TensorInFile>;
  readonly metadata: ReadonlyMap<string, string>;
  /** True if they are averaged. */
  readonly isAveraged: boolean;
  /** Tensors besides the model, such as a loss's weights in a trainer's checkpoint. */
  readonly aside: readonly string[];
}

/** True for tensors that a run needs for resuming but a model does not. */
function isRunState(name: string): boolean {
  return [EMA, ...optimizerStates.map((state) => `${state}.`)].some((prefix) => name.startsWith(prefix)) ||
    name === LOSS_SCALE ||
    name === EPOCH_RESULTS;
}

/**
 * The weights of a checkpoint, or of any file of weights, read one by one on request; with `ema` the averaged ones,
 * if the file has them and they were validated.
 * @throws DataError if the file is damaged, or not a file of weights
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
