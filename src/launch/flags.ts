/** Flags on a command line; everything else is for the task. */
import { ConfigError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";

/** A flag: its short name, its value's name or choices, and a line for --help. */
export interface Flag {
  readonly short?: string;
  /** Name of the value, or undefined for a flag without one. */
  readonly value?: string;
  readonly choices?: readonly string[];
  /** The flag may also be given without one of the choices. */
  readonly optional?: true;
  readonly help: string;
}

/** Flags by their long names. */
export type Flags = Readonly<Record<string, Flag>>;

/** A parsed command line. */
export interface Arguments {
  /** The given values by the flag's long name; "" for one given without a value. */
  readonly flags: ReadonlyMap<string, string>;
  readonly others: readonly string[];
}

/** The flag that every task has. */
export const HELP: Flags = { help: { short: "h", help: "Show this help" } };

/** True if the command line asks for help: `--help` or `-h`. */
export function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return args.slice(0, end < 0 ? args.length : end).some((text) => text === "--help" || text === "-h");
}

/**
 * Parses a command line. After `--` nothing is a flag.
 * @param hint ends the message about an unknown flag
 * @throws ConfigError for an unknown flag, a missing value or a value that is not a choice
 */
export function parseFlags(args: readonly string[], all: Flags, hint: string): Arguments {
  const flags = new Map<string, string>(), others: string[] = [];
  for (let i = 0; i < args.length; i++) {
    if (args[i] === "--") return { flags, others: [...others, ...args.slice(i + 1)] };
    const [, dashes, name, value] = /^(--?)([a-zA-Z][\w-]*)(?:=([^]*))?$/.exec(args[i]) ?? [];
    if (dashes === undefined) {
      others.push(args[i]);
      continue;
    }
    const long = longName(all, dashes, name) ?? unknown(all, args[i], name, hint);
    const { value: wanted, choices, optional } = all[long];
    if ((wanted ?? choices) === undefined && value !== undefined) {
      throw new ConfigError(`Cannot use ${args[i]}: --${long} takes no value`);
    }
    const isOmitted = optional && value === undefined && !choices?.includes(args[i + 1]);
    if ((wanted ?? choices) === undefined || isOmitted) {
      flags.set(long, "");
      continue;
    }
    const next = value ?? args[++i];
    if (next === undefined || next === "") {
      throw new ConfigError(
        `Cannot use --${long} without a value: write --${long} ${choices?.join("|") ?? wanted}`,
      );
    }
    if (choices !== undefined && !choices.includes(next)) {
      const near = nearest(next, choices);
      const guess = near === undefined ? "" : `did you mean ${near}? `;
      throw new ConfigError(`Cannot use --${long} ${next}: ${guess}Choices are ${choices.join(", ")}`);
    }
    flags.set(long, next);
  }
  return { flags, others };
}

function longName(all: Flags, dashes: string, name: string): string | undefined {
  return Object.keys(all).find((long) => dashes === "--" ? long === name : all[long].short === name);
}

function unknown(all: Flags, text: string, name: string, hint: string): never {
  const near = nearest(name, Object.keys(all));
  const guess = near === undefined ? "" : `did you mean --${near}? `;
  throw new ConfigError(`Cannot use ${text}: no such flag; ${guess}${hint}`);
}
