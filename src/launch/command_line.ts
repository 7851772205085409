/** The flags of a configured task, Hydra's and three for sweeps; everything else is an override. */

import { type Flags, parseFlags } from "./flags.ts";

/** Every flag by its long name. */
export const flags = {
  help: { short: "h", help: "Show groups, options and all keys" },
  cfg: {
    short: "c",
    value: "WHAT",
    choices: ["job", "hydra", "all"],
    help: "Print the configuration and exit",
  },
  resolve: { help: "With --cfg: resolve interpolations and fill in defaults" },
  package: { short: "p", value: "KEY", help: "With --cfg: print only the part below a key" },
  info: {
    short: "i",
    value: "WHAT",
    choices: ["defaults", "config", "searchpath"],
    help: "Print how the configuration is composed and exit",
  },
  "config-name": { short: "cn", value: "NAME", help: "Root file without .yaml (default: train)" },
  "config-dir": {
    short: "cd",
    value: "DIR",
    help: "Additional folder of configuration files, searched first",
  },
  "config-path": { short: "cp", value: "DIR", help: "Folder of configuration files instead of conf/" },
  multirun: { short: "m", help: "Run once for each combination of values: a=1,2 b=range(1,4) c=choice(x,y)" },
  resume: { value: "DIR", help: "Run the remaining jobs of the sweep in that folder" },
  "print-jobs": { help: "With -m: print a command line for each job and exit" },
  job: { value: "N", help: "With -m or --resume: run only that job, counted from 0" },
} as const satisfies Flags;

/** A flag's long name. */
export type FlagName = keyof typeof flags;

/** A parsed command line. */
export interface CommandLine {
  /** The given flags; "" for one without a value. */
  readonly flags: ReadonlyMap<FlagName, string>;
  /** The given flags of the task itself, likewise. */
  readonly own: ReadonlyMap<string, string>;
  readonly overrides: readonly string[];
}

/**
 * Parses a command line; `ownFlags` are those of the task.
 * @throws ConfigError for an unknown flag, a missing value or a value that is not a choice
 */
export function parseCommandLine(args: readonly string[], ownFlags: Flags = {}): CommandLine {
  const all: Flags = { ...flags, ...ownFlags };
  const hint = `Flags: ${Object.keys(all).map((long) => `--${long}`).join(", ")}`;
  const { flags: given, others: overrides } = parseFlags(args, all, hint);
  const some = (isOwn: boolean) => new Map([...given].filter(([long]) => long in ownFlags === isOwn));
  return { flags: some(false) as ReadonlyMap<FlagName, string>, own: some(true), overrides };
}
