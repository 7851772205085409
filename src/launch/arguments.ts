/** Command lines of tasks that take no configuration: flags and what stands beside them. */
import { ConfigError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";

/** A task's flags by name: a switch, or what its value is called in messages. */
export type FlagKinds = Readonly<Record<string, "switch" | { readonly value: string }>>;

/** A command line in its parts. */
export interface Arguments {
  /** What is given: "" for a switch. */
  readonly flags: ReadonlyMap<string, string>;
  readonly others: readonly string[];
}

/** True for a command line that asks for the usage: `--help` or `-h`. */
export function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return args.slice(0, end < 0 ? args.length : end).some((text) => text === "--help" || text === "-h");
}

/**
 * Splits a command line. Behind `--` nothing is a flag.
 * @throws ConfigError, with `usage`, for an unknown flag, a missing value, or one that a switch does not take
 */
export function parseArguments(args: readonly string[], kinds: FlagKinds, usage: string): Arguments {
  const flags = new Map<string, string>(), others: string[] = [];
  for (let i = 0; i < args.length; i++) {
    if (args[i] === "--") return { flags, others: [...others, ...args.slice(i + 1)] };
    const [, name, value] = /^--([^=]+)(?:=([^]*))?$/.exec(args[i]) ?? [];
    if (name === undefined) {
      if (/^-[a-zA-Z]$/.test(args[i])) throw unknown(args[i], undefined, usage);
      others.push(args[i]);
      continue;
    }
    if (!Object.hasOwn(kinds, name)) throw unknown(args[i], nearest(name, Object.keys(kinds)), usage);
    const kind = kinds[name];
    if (kind === "switch") {
      if (value !== undefined) {
        throw new ConfigError(`Cannot use ${args[i]} as --${name} takes no value: ${usage}`);
      }
      flags.set(name, "");
      continue;
    }
    const given = value ?? args[++i];
    if (given === undefined || given === "") {
      throw new ConfigError(`Cannot use --${name} without a value: write --${name} ${kind.value}`);
    }
    flags.set(name, given);
  }
  return { flags, others };
}

function unknown(text: string, near: string | undefined, usage: string): ConfigError {
  const hint = near === undefined ? "" : `did you mean --${near}? `;
  return new ConfigError(`Cannot use ${text} as there is no such flag: ${hint}Usage: ${usage}`);
}
