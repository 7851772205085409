/** Command lines of tasks without a configuration: flags and positional arguments. */
import { ConfigError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";

/** A task's flags by name: a switch, or the name of its value in messages. */
export type FlagKinds = Readonly<Record<string, "switch" | { readonly value: string }>>;

/** A parsed command line. */
export interface Arguments {
  /** The given values; "" for a switch. */
  readonly flags: ReadonlyMap<string, string>;
  readonly others: readonly string[];
}

/** True if the command line asks for help: `--help` or `-h`. */
export function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return args.slice(0, end < 0 ? args.length : end).some((text) => text === "--help" || text === "-h");
}

/**
 * Parses a command line. After `--` nothing is a flag.
 * @throws ConfigError with `usage` for an unknown flag, a missing value, or a value for a switch
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
        throw new ConfigError(`Cannot use ${args[i]}: --${name} takes no value. Usage: ${usage}`);
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
  return new ConfigError(`Cannot use ${text}: no such flag; ${hint}Usage: ${usage}`);
}
