/** Sweeps: a run for each combination of values. */

import { ConfigError } from "../../base/errors.ts";

/** Not there yet. @throws ConfigError */
export function sweep(): Promise<number> {
  throw new ConfigError(
    "Cannot sweep as sweeps are not built yet: run without -m, --resume, --print-jobs and --job",
  );
}
