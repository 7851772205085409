/** Finds a network's weights in a file, and chooses between several: averaged and plain ones, students and teachers. */
import type { ByteSource } from "../base/byte_source.ts";
import { DataError } from "../base/errors.ts";
import { few, fewQuoted } from "../base/few.ts";
import { type StoredTensor, toFloat32 } from "../formats/safetensors.ts";
import { readWeights, type TensorInFile } from "../formats/weights.ts";
import { locate, type Located, type Wanted } from "../nn/models/locate.ts";
import { optimizerStates } from "../optim/optimizers/mod.ts";

/** Prefix of the names of averaged weights. */
export const EMA = "ema.";
/** The loss scale of mixed precision, and the results of the epoch's batches so far. */
export const LOSS_SCALE = "loss_scale", EPOCH_RESULTS = "epoch.results";
/** Metadata: whether validations used the "averages" or the "weights". */
export const EVALUATED = "wgrad.evaluated";

/** A file's text by key. */
export type Metadata = ReadonlyMap<string, string>;

/** What to look for in a file. */
export interface WeightsQuery<W extends Wanted> {
  /** The networks that the weights may be of. */
  networks(metadata: Metadata): readonly W[];
  /** The place of the weights in the file, where it has several: what comes before their names, or {@link TOP}. */
  readonly key?: string | undefined;
}

/** The key of weights without anything before their names. */
const TOP = "top";

/** Weights under torchvision's names, with the file's metadata. */
export interface CheckpointWeights<W extends Wanted = Wanted> {
  /** The network that they are of. */
  readonly network: W;
  readonly weights: ReadonlyMap<string, TensorInFile>;
  readonly metadata: Metadata;
  /** True if they are averaged. */
  readonly isAveraged: boolean;
  /** Tensors besides the model, such as a loss's weights in a trainer's checkpoint, or another classifier. */
  readonly aside: readonly string[];
  /** Which weights these are and how to get the others, if the file has several. */
  readonly choice: string | undefined;
}

/** True for tensors that a run needs for resuming but a model does not. */
function isRunState(name: string): boolean {
  return optimizerStates.some((state) => name.startsWith(`${state}.`)) ||
    name === LOSS_SCALE ||
    name === EPOCH_RESULTS;
}

/**
 * The weights of a checkpoint, or of any file of weights, read one by one on request. Of several it takes the averaged
 * ones, unless the file says that the plain ones were validated, and otherwise the first.
 * @throws DataError if the file is damaged, has no weights of such a network, or, when they are read, one is not finite
 */
export async function checkpointWeights<W extends Wanted>(
  source: ByteSource,
  { networks, key }: WeightsQuery<W>,
): Promise<CheckpointWeights<W>> {
  const { tensors, metadata } = await readWeights(source);
  const ofModel = new Map([...tensors].filter(([name]) => !isRunState(name)));
  const looked = networks(metadata), found = locate(ofModel, looked);
  if (found.length === 0) throw noneIn(source.name, ofModel, looked);
  const inKey = key === undefined ? found : found.filter(({ prefix }) => isUnder(prefix, key));
  if (inKey.length === 0) throw noneUnder(source.name, key!, placesOf(found));
  const { chosen, others } = choose(placesOf(inKey), metadata);
  const elsewhere = placesOf(found).filter(({ prefix }) => prefix !== chosen.prefix);
  return {
    network: chosen.network,
    weights: new Map([...chosen.tensors].map(([name, tensor]) => [name, finite(source.name, name, tensor)])),
    metadata,
    isAveraged: isAverage(chosen.prefix),
    aside: asideOf(ofModel, chosen, elsewhere),
    choice: others.length === 0 ? undefined : describeChoice(source.name, chosen, others),
  };
}

/** The best place and all others that are as complete, without what is found in one of them under other names. */
function placesOf<W extends Wanted, T>([best, ...rest]: readonly Located<W, T>[]): Located<W, T>[] {
  const places = [best];
  for (const other of rest) {
    const overlaps = places.some(({ used }) => !used.isDisjointFrom(other.used));
    if (!overlaps && other.faults <= best.faults) places.push(other);
  }
  return places;
}

/** The weights to use, and the others. */
function choose<W extends Wanted, T>(
  places: readonly Located<W, T>[],
  metadata: Metadata,
): { chosen: Located<W, T>; others: Located<W, T>[] } {
  const [best] = places, wantsAverage = metadata.get(EVALUATED) !== "weights";
  const chosen =
    places.find(({ network, prefix }) => network === best.network && isAverage(prefix) === wantsAverage) ??
      best;
  return { chosen, others: places.filter((place) => place !== chosen) };
}

/** True if a name before the weights says that they are averaged: `state_dict_ema.`, `model_ema.module.`. */
function isAverage(prefix: string): boolean {
  return prefix.toLowerCase().split(/[._]/).some((word) => AVERAGES.has(word));
}

const AVERAGES = new Set(["ema", "swa", "avg", "average", "averaged"]);

/** Tensors that are neither the chosen weights nor beside the others. */
function asideOf(
  tensors: ReadonlyMap<string, unknown>,
  { used }: Located<Wanted, unknown>,
  others: readonly Located<Wanted, unknown>[],
): string[] {
  const isOfOther = (name: string) =>
    others.some((other) => other.used.has(name) || (other.prefix !== "" && name.startsWith(other.prefix)));
  return [...tensors.keys()].filter((name) => !used.has(name) && !isOfOther(name));
}

function describeChoice(
  path: string,
  { prefix }: Located<Wanted, unknown>,
  others: readonly Located<Wanted, unknown>[],
): string {
  const places = few(others.map(({ prefix }) => placeOf(prefix)));
  return `${isAverage(prefix) ? "averaged weights" : "weights"} ${placeOf(prefix)}; ` +
    `for those ${places} give ${path}:${keyOf(others[0].prefix)}`;
}

/** Where weights are, in words. */
function placeOf(prefix: string): string {
  return prefix === "" ? "with plain names" : `under ${JSON.stringify(keyOf(prefix))}`;
}

function keyOf(prefix: string): string {
  return prefix === "" ? TOP : prefix.slice(0, -1);
}

function isUnder(prefix: string, key: string): boolean {
  return key === TOP ? prefix === "" : prefix.startsWith(`${key}.`);
}

/** A tensor whose values are refused if they are not finite, when they are read. */
function finite(path: string, name: string, tensor: TensorInFile): TensorInFile {
  return { ...tensor, load: async () => requireFinite(path, name, await tensor.load()) };
}

function requireFinite(path: string, name: string, tensor: StoredTensor): StoredTensor {
  const values = toFloat32(tensor);
  if (values.every(Number.isFinite)) return tensor;
  const count = values.reduce((sum, value) => sum + (Number.isFinite(value) ? 0 : 1), 0);
  throw new DataError(
    `Cannot load ${path}: ${count} of the ${values.length} values of "${name}" are NaN or infinite; ` +
      "the training diverged before it was saved, so take an earlier checkpoint",
  );
}

function noneIn(
  path: string,
  tensors: ReadonlyMap<string, unknown>,
  networks: readonly Wanted[],
): DataError {
  const names = few([...new Set(networks.map(({ name }) => name))]);
  return new DataError(
    `Cannot load ${path}: none of its ${tensors.size} tensors has a name of ${names}; ` +
      `its names are ${few([...tensors.keys()]) || "none"}`,
  );
}

function noneUnder(path: string, key: string, found: readonly Located<Wanted, unknown>[]): DataError {
  const keys = fewQuoted(found.map(({ prefix }) => keyOf(prefix)));
  return new DataError(`Cannot load ${path}: it has no weights under "${key}"; they are under ${keys}`);
}
