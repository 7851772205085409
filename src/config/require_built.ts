/** Refuses what a configuration chooses and the engine does not do yet; a line goes when its work lands. */

import { ConfigError } from "../base/errors.ts";
import type { Config } from "./schema/mod.ts";

/** One value that is not there yet: its key, which values those are, and what to do instead. */
interface PlannedValue {
  readonly key: string;
  readonly cure: string;
  is(config: Config): boolean;
}

const plannedValues: readonly PlannedValue[] = [
  {
    key: "logging.wandb.log_model",
    is: ({ logging }) => logging.wandb?.log_model === true,
    cure: "give logging.wandb.log_model=false",
  },
];

/** @throws ConfigError that names all that the configuration chooses and is not built yet, each with what to do */
export function requireBuilt(config: Config): void {
  const missing = plannedValues.filter(({ is }) => is(config)).map(({ key, cure }) => `${key}: ${cure}`);
  if (missing.length === 0) return;
  const list = missing.length === 1 ? ` ${missing[0]}` : missing.map((line) => `\n- ${line}`).join("");
  throw new ConfigError(`Cannot run with what is not built yet:${list}`);
}
