/** What may change in a configuration when a run is resumed, and what may not. */
import { ConfigError } from "../base/errors.ts";
import type { Config } from "../config/mod.ts";

/** Keys of the model that only matter before the first step. */
const START: readonly string[] = ["weights", "freeze", "layer_lr_decay"];

/** Without these as they were, the weights, the optimiser's state or their history would not fit. */
function fixedKeys(config: Config): string[] {
  const model = Object.keys(config.model).filter((key) => !START.includes(key)).map((key) => `model.${key}`);
  return ["experiment", ...model, "data.image_size", "optimizer.name"];
}

/** Within an epoch, the position is a number of batches in a fixed order. */
const WITHIN_EPOCH = [
  "seed",
  "data.batch_size",
  "data.drop_last",
  "data.sampler",
  "trainer.accumulate_grad_batches",
  "trainer.limit_train_batches",
  "trainer.overfit_batches",
];

/** Keys of which it does not matter that they change. */
const FREE: readonly string[] = [
  "resume",
  "checkpoint_dir",
  "log_level",
  "data.data_root",
  "data.on_change",
  "trainer.strategy",
  "trainer.devices",
  "trainer.num_nodes",
  "trainer.share_gpu",
];

/** Changes that a note names; of more it says how many. */
const SHOWN = 5;

/** A configuration, and the number of ranks that train with it. */
export interface RankedConfig {
  readonly config: Config;
  readonly ranks: number;
}

/**
 * Requires that a run with the configuration `now` can go on from a checkpoint of one with `before`. On another number of
 * ranks, another batch size will do.
 * @throws ConfigError with all differences and the cure
 */
export function requireCompatible(
  path: string,
  { config: before, ranks: ranksBefore }: RankedConfig,
  { config: now, ranks }: RankedConfig,
  isWithinEpoch: boolean,
): void {
  const positions = WITHIN_EPOCH.filter((key) => ranks === ranksBefore || key !== "data.batch_size");
  const keys = [...fixedKeys(now), ...(isWithinEpoch ? positions : [])];
  const different = keys.filter((key) => {
    const value = valueAt(before, key); // undefined where an older version did not know the key
    return value !== undefined && !isSame(value, valueAt(now, key));
  });
  if (different.length === 0) return;
  const was = (key: string) => `${key}=${text(valueAt(before, key))}`;
  throw new ConfigError(
    `Cannot resume from ${path}: it has ${
      different.map((key) => `${was(key)} (now ${text(valueAt(now, key))})`).join(", ")
    }; give ${different.map(was).join(" ")} to go on, or resume=never to start again`,
  );
}

/** Whether a step sees as many images of all ranks as before, in words if it does not. */
export function batchChange(before: RankedConfig, now: RankedConfig): string | undefined {
  const [was, is] = [before, now].map(({ config, ranks }) => config.data.batch_size * ranks);
  if (was === is || before.ranks === now.ranks) return undefined;
  return `a step saw ${was} images on ${ranksText(before.ranks)}, and now ${is} on ${ranksText(now.ranks)}`;
}

function ranksText(ranks: number): string {
  return ranks === 1 ? "one rank" : `${ranks} ranks`;
}

/** The other differences in words, or undefined if there are none. */
export function changesBetween(before: Config, now: Config): string | undefined {
  const changes = differences(before, now).filter(({ key }) => !FREE.includes(key));
  if (changes.length === 0) return undefined;
  const shown = changes.slice(0, SHOWN).map(({ key, was, is }) => `${key}=${text(is)} (was ${text(was)})`);
  return [...shown, ...(changes.length > SHOWN ? [`and ${changes.length - SHOWN} more`] : [])].join(", ");
}

interface Difference {
  readonly key: string;
  readonly was: unknown;
  readonly is: unknown;
}

function differences(was: unknown, is: unknown, path = ""): Difference[] {
  if (isSame(was, is)) return [];
  if (!isGroup(was) || !isGroup(is)) return [{ key: path, was, is }];
  const keys = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  return keys.flatMap((key) => differences(was[key], is[key], path === "" ? key : `${path}.${key}`));
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function valueAt(root: unknown, key: string): unknown {
  return key.split(".").reduce<unknown>((node, part) => isGroup(node) ? node[part] : undefined, root);
}

function isSame(one: unknown, other: unknown): boolean {
  return text(one) === text(other);
}

function text(value: unknown): string {
  return value === undefined ? "unset" : JSON.stringify(value);
}
