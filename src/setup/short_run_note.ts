/** What a run that is too short for its norms should know before it starts. */
import { smallest } from "../base/lists.ts";
import type { Config } from "../config/mod.ts";
import { counted } from "../data/words.ts";
import type { Layer } from "../nn/layers/mod.ts";
import { momentumOf } from "../nn/layers/batch_norm.ts";

/** Above this share of initial values, running statistics may be far from those of the data. */
const MUCH = .01;

/** The lengths of a run from random values, `batches` an epoch, and the layers of its network. */
export interface RunLength {
  readonly layers: readonly Layer[];
  readonly batches: number;
}

/**
 * A line where so few batches follow each other that the running statistics, by which norms evaluate, still begin with
 * their initial values at the end (torch.nn.BatchNorm2d: 0 and 1); undefined where they do not, where weights are
 * loaded, and for a quick check.
 */
export function shortRunNote(
  { model, trainer }: Pick<Config, "model" | "trainer">,
  { layers, batches }: RunLength,
): string | undefined {
  if (model.weights !== null || trainer.fast_dev_run !== false) return undefined;
  const momenta = layers.flatMap((layer) => layer.kind === "batch_norm" ? [momentumOf(layer)] : []);
  const momentum = Math.min(1, smallest(momenta));
  const all = trainer.max_epochs * batches, left = (1 - momentum) ** all;
  if (left <= MUCH) return undefined;
  const needed = Math.ceil(Math.log(MUCH) / Math.log(1 - momentum));
  return `  note: short for this network: a batch moves the norms' running statistics by ${
    100 * momentum
  } %, so after ` +
    `${counted(all, "batch")} they are still ${
      Math.round(100 * left)
    } % initial values, by which it may validate much ` +
    `worse than it trains; ${needed} batches leave 1 %, and pretrained weights have their own (model.weights=DEFAULT)`;
}
