/** What all ranks have in common before the first step. */
import { ConfigError } from "../base/errors.ts";
import { fromFirst, otherThanFirst } from "../base/ranks.ts";
import { sha256 } from "../base/sha256.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Fit } from "./run.ts";
import type { RunState } from "./run_state.ts";

/** Runs `prepare`, after which all ranks use the kernels that rank 0 has chosen by measuring. */
export async function withChoicesOfFirst(
  { device, ranks, parallel, tuneKernels }: Fit,
  prepare: () => Promise<void>,
): Promise<void> {
  if (parallel === undefined || !tuneKernels) return await prepare();
  const isFirst = ranks!.rank === 0;
  if (isFirst) await prepare();
  const choices = await fromFirst(ranks!, [...device.choices]);
  if (isFirst) return;
  for (const [key, name] of choices) device.choices.set(key, name);
  await prepare();
}

/** The averages of running statistics, if there are any. */
export function averagedStatistics({ averages }: Pick<RunState, "averages">): readonly Tensor[] {
  return averages ? averages.averages.slice(1) : [];
}

/**
 * Compares what training goes on from with rank 0's, by its digest. Waits for the GPU.
 * @throws ConfigError if it is not the same
 */
export async function requireSameStart(
  { ranks, parallel, model: { parameters }, optimizer, state, step: { decision } }: Fit,
): Promise<void> {
  if (parallel === undefined || ranks === undefined) return;
  const { values, statistics } = parameters;
  const tensors = [values, statistics, ...optimizer.states.values(), ...state.averages?.averages ?? []];
  if (decision.skips) tensors.push(decision.state);
  const digests: string[] = [];
  for (const tensor of tensors) {
    digests.push((await sha256(new Uint8Array(await tensor.readBytes()))).toHex()); // GPU sync point
  }
  const text = [state.epoch, state.batch, state.step, ...digests].join(" ");
  const other = await otherThanFirst(ranks, text);
  if (other === undefined) return;
  throw new ConfigError(
    `Cannot train on ${ranks.size} ranks because rank ${other} begins with other weights than rank 0: give all of ` +
      "them the same configuration, seed, and files",
  );
}
