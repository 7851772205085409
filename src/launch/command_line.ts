/** The flags of a configured task, Hydra's and three for sweeps; everything else is an override. */

import { ConfigError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";

/** A flag: its short name, its value's name or choices, and a line for --help. */
export interface Flag {
  readonly short?: string;
  /** Name of the value, or undefined for a flag without one. */
  readonly value?: string;
  readonly choices?: readonly string[];
  readonly help: string;
}

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
} as const satisfies Readonly<Record<string, Flag>>;

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

/** Flags by their long names. */
export type Flags = Readonly<Record<string, Flag>>;

/**
 * Parses a command line; `ownFlags` are those of the task.
 * @throws ConfigError for an unknown flag, a missing value or a value that is not a choice
 */
export function parseCommandLine(args: readonly string[], ownFlags: Flags = {}): CommandLine {
  const all: Flags = { ...flags, ...ownFlags };
  const given = new Map<FlagName, string>(), own = new Map<string, string>();
  const overrides: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const [, dashes, name, value] = /^(--?)([a-zA-Z][\w-]*)(?:=([^]*))?$/.exec(args[i]) ?? [];
    if (dashes === undefined) {
      overrides.push(args[i]);
      continue;
    }
    const long = longName(all, dashes, name) ?? unknown(all, args[i], name);
    const { value: wanted, choices } = all[long];
    if (wanted === undefined && value !== undefined) {
      throw new ConfigError(`Cannot use ${args[i]}: --${long} takes no value`);
    }
    const next = wanted === undefined ? "" : value ?? args[++i];
    if (next === undefined || (wanted !== undefined && next === "")) {
      throw new ConfigError(
        `Cannot use --${long} without a value: write --${long} ${choices?.join("|") ?? wanted}`,
      );
    }
    if (choices !== undefined && !choices.includes(next)) {
      const near = nearest(next, choices);
      const hint = near === undefined ? "" : `did you mean ${near}? `;
      throw new ConfigError(`Cannot use --${long} ${next}: ${hint}Choices are ${choices.join(", ")}`);
    }
    if (long in ownFlags) own.set(long, next);
    else given.set(long as FlagName, next);
  }
  return { flags: given, own, overrides };
}

function longName(all: Flags, dashes: string, name: string): string | undefined {
  return Object.keys(all).find((long) => dashes === "--" ? long === name : all[long].short === name);
}

function unknown(all: Flags, text: string, name: string): never {
  const names = Object.keys(all);
  const near = nearest(name, names);
  const hint = near === undefined ? "" : `did you mean --${near}? `;
  throw new ConfigError(
    `Cannot use ${text}: no such flag; ${hint}Flags: ${names.map((long) => `--${long}`).join(", ")}`,
  );
}
