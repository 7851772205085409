/** Refuses what a configuration chooses and the engine does not do yet; a line goes when its work lands. */

import * as z from "zod";
import { Faults } from "./faults.ts";
import { plannedCallbacks, plannedLoggers, plannedTransforms } from "./planned.ts";
import type { Config } from "./schema/mod.ts";

/** One value that is not there yet: its key, which values those are, and what to do instead. */
interface PlannedValue {
  readonly key: string;
  readonly cure: string;
  is(config: Config): boolean;
}

const plannedValues: readonly PlannedValue[] = [
  {
    key: "trainer.accumulate_grad_batches",
    is: ({ trainer }) => trainer.accumulate_grad_batches !== 1,
    cure: "give trainer.accumulate_grad_batches=1",
  },
  {
    key: "trainer.val_check_interval",
    is: ({ trainer }) => trainer.val_check_interval !== 1,
    cure: "give trainer.val_check_interval=1.0",
  },
  {
    key: "data.cache",
    is: ({ data }) => data.cache !== "auto" && data.cache !== "ram",
    cure: "give data.cache=ram",
  },
  {
    key: "data.sampler.mode",
    is: ({ data }) => data.sampler.mode !== "disabled",
    cure: "give data.sampler.mode=disabled",
  },
  {
    key: "resume",
    is: ({ resume }) => resume !== "never",
    cure: "give resume=never",
  },
  {
    key: "compat=reference",
    is: ({ compat }) => compat !== null,
    cure: "give compat=null",
  },
  {
    key: "callbacks.model_checkpoint, other than the best by val/acc_top1 and the last",
    is: ({ callbacks: { model_checkpoint: options } }) =>
      options !== undefined && options !== null &&
      (options.save_top_k !== 1 || !options.save_last || options.monitor !== "val/acc_top1"),
    cure: "give callbacks.model_checkpoint={save_top_k:1}",
  },
];

/** @throws ConfigError that names all that the configuration chooses and is not built yet, each with what to do */
export function requireBuilt(config: Config): void {
  const faults = new Faults();
  const refuse = (name: string, cure: string) =>
    faults.add(`Cannot run with ${name} as it is not built yet: ${cure}`);
  for (const { key, cure, is } of plannedValues) if (is(config)) refuse(key, cure);
  for (const kind of ["callbacks", "logging"] as const) {
    const planned = kind === "callbacks" ? plannedCallbacks : plannedLoggers;
    for (const [name, options] of Object.entries(config[kind])) {
      if (options !== null && options !== undefined && Object.hasOwn(planned, name)) {
        refuse(`${kind}.${name}`, `leave it out with ${kind}.${name}=null`);
      }
    }
  }
  for (const purpose of ["train", "eval"] as const) {
    for (const step of config.transforms[purpose]) {
      const [name] = Object.keys(step);
      if (name in plannedTransforms(z.unknown)) {
        refuse(`transform ${name}`, `take it out of transforms.${purpose}, or choose transforms=upright`);
      }
    }
  }
  faults.throwIfAny();
}

/** What a run does in another way than its configuration says, and says so; none of it changes a result. */
export function plannedNotes({ data }: Config): string[] {
  if (data.num_workers === 0) return [];
  return [
    `data.num_workers=${data.num_workers} has no effect yet: pictures are prepared beside the training`,
  ];
}
