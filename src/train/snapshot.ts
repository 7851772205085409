/**
 * Saves a whole run as the bytes of a .safetensors file, and restores it. Tensors: the model under torchvision's
 * names, the optimiser's states under its names for them (`adamw.m.NAME`), averages as `ema.NAME`, the loss scale,
 * and the results of the epoch's batches so far. Metadata: facts about the model and the run, and its progress as
 * JSON. Everything else follows from these: orders and augmentation from seed and epoch, the learning rate from the
 * step.
 */
import { DataError } from "../base/errors.ts";
import { sameShape, type Shape } from "../base/shape.ts";
import { float32 } from "../formats/safetensors.ts";
import { readSealed, writeSealed } from "../formats/sealed.ts";
import type { StateTensor } from "../nn/parameters.ts";
import { checkpointMetadata, modelTensors } from "./checkpoint.ts";
import { EMA, EPOCH_RESULTS, EVALUATED, LOSS_SCALE } from "./checkpoint_weights.ts";
import { exactJson, parseExactJson } from "./exact_json.ts";
import type { Fit, Progress, Snapshot } from "./run.ts";

const PROGRESS = "wgrad.progress";

/** The run at this moment. Waits for the GPU. */
export async function encodeSnapshot(run: Fit): Promise<Uint8Array<ArrayBuffer>> {
  const { model, state, optimizer, step, results, classes, imageSize, evalTransforms, about = [] } = run;
  const { parameters } = model, { epoch, calibration } = state;
  const tensors = await modelTensors(model);
  const add = (prefix: string, state: ReadonlyMap<string, StateTensor>) => {
    for (const [name, { shape, values }] of state) tensors.set(prefix + name, float32(shape, values));
  };
  for (const [name, tensor] of optimizer.states) {
    add(`${name}.`, parameters.unpack(await tensor.read())); // GPU sync point
  }
  if (state.averages) {
    const [values, statistics] = state.averages.averages;
    add(EMA, parameters.unpack(await values.read())); // GPU sync point
    add(EMA, parameters.unpackStatistics(await statistics.read())); // GPU sync point
  }
  const { decision } = step;
  if (decision.skips) tensors.set(LOSS_SCALE, float32([5], await decision.state.read())); // GPU sync point
  const rows = await results.rows(); // GPU sync point
  tensors.set(EPOCH_RESULTS, float32([rows.length / 4, 4], rows));
  const metadata = new Map([
    ...checkpointMetadata(model, {
      epoch,
      step: state.step,
      classes,
      imageSize,
      evalTransforms,
      calibration: calibration?.step === state.step ? calibration : undefined, // not of weights since then
    }),
    [EVALUATED, state.evaluated],
    ...about,
    [PROGRESS, exactJson(progressOf(run))],
  ]);
  return await writeSealed(tensors, metadata);
}

function progressOf({ device, state, callbacks, model }: Fit): Progress {
  const { epoch, batch, batchesPerEpoch, validatedAt, step, history, best, last, stop } = state;
  const states = callbacks.filter((callback) => callback.state).map(({ name, state }) => [name, state!()]);
  return {
    epoch,
    batch,
    batchesPerEpoch,
    validatedAt,
    step,
    batches: model.parameters.batches,
    history,
    ...(best && { best }),
    ...(last && { last }),
    ...(stop !== undefined && { stop }),
    callbacks: Object.fromEntries(states),
    choices: [...device.choices],
  };
}

/** Reads a checkpoint to resume from. @throws DataError if the file is damaged or contains only weights */
export async function decodeSnapshot(bytes: Uint8Array, path: string): Promise<Snapshot> {
  try {
    const { tensors, metadata } = await readSealed(bytes as Uint8Array<ArrayBuffer>);
    const text = metadata.get(PROGRESS);
    if (text === undefined) throw new RangeError("it contains only weights; use it as model.weights");
    return { path, tensors, metadata, progress: parseExactJson(text) as Progress };
  } catch (error) {
    throw new DataError(`Cannot resume from ${path}: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * Restores a run from a checkpoint. What the checkpoint lacks because the run had no use for it then begins anew:
 * averages from the weights, the loss scale from its first value.
 * @throws DataError if the checkpoint is of another kind of run
 */
export async function restoreSnapshot(
  run: Fit,
  { path, tensors, metadata, progress }: Snapshot,
): Promise<void> {
  const { state, step, optimizer, results, callbacks, model: { parameters } } = run;
  const get = (name: string, shape?: Shape): Float32Array => {
    const tensor = tensors.get(name);
    if (tensor?.dtype === "F32" && (!shape || sameShape(tensor.shape, shape))) return tensor.data;
    throw new DataError(
      `Cannot resume from ${path}: it has no ${name}${shape ? ` of shape [${shape}]` : ""}`,
    );
  };
  const named = (prefix: string) => (name: string, shape: Shape) => get(prefix + name, shape);
  parameters.fill(named(""));
  parameters.batches = progress.batches;
  for (const [name, tensor] of optimizer.states) tensor.write(parameters.pack(named(`${name}.`)));
  const hasAverages = tensors.keys().some((name) => name.startsWith(EMA));
  if (state.averages && hasAverages) {
    const [values, statistics] = state.averages.averages;
    values.write(parameters.pack(named(EMA)));
    statistics.write(parameters.packStatistics(named(EMA)));
  } else state.averages?.reset();
  if (step.decision.skips && tensors.has(LOSS_SCALE)) step.decision.state.write(get(LOSS_SCALE, [5]));
  step.step = progress.step;
  results.load(get(EPOCH_RESULTS));
  const { epoch, batch, validatedAt, history, best, last, stop } = progress;
  Object.assign(state, { epoch, batch, validatedAt, step: progress.step, best, last, stop });
  state.history.splice(0, Infinity, ...history);
  if (state.averages && hasAverages && metadata.get(EVALUATED) === "averages") state.evaluated = "averages";
  for (const callback of callbacks) {
    if (callback.name in progress.callbacks) await callback.load?.(progress.callbacks[callback.name], state);
  }
}
