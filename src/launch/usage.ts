/** How a task without a configuration is called: its line of usage and its --help, made from its flags. */
import { textTable } from "../base/text_table.ts";
import { type Arguments, type Flags, HELP, parseFlags } from "./flags.ts";

/** What a task takes. */
export interface Usage {
  readonly task: string;
  /** One line for --help. */
  readonly summary: string;
  /** What it takes besides flags, such as `RUN ...`. */
  readonly takes: string;
  readonly flags: Flags;
}

/** `deno task predict CHECKPOINT FILE ... [--top-k N] [--json]`. */
export function usageLine({ task, takes, flags }: Usage): string {
  const options = Object.keys(flags).map((name) => `[--${name}${valueOf(flags, name)}]`);
  return ["deno task", task, takes, ...options].filter((part) => part !== "").join(" ");
}

/** The text of --help, line by line. */
export function usageHelp(usage: Usage): string[] {
  return [
    usageLine(usage),
    "",
    `${usage.summary}.`,
    "",
    ...section("Flags", flagRows({ ...usage.flags, ...HELP })).slice(0, -1),
  ];
}

/** Parses a task's command line. @throws ConfigError that ends with the usage for an unknown flag */
export function parseArguments(args: readonly string[], usage: Usage): Arguments {
  return parseFlags(args, usage.flags, `Usage: ${usageLine(usage)}`);
}

/** Rows of flags with what they do. */
export function flagRows(all: Flags): string[][] {
  return Object.entries(all).map(([name, { short, help }]) => [
    `${short === undefined ? "" : `-${short}, `}--${name}${valueOf(all, name)}`,
    help,
  ]);
}

/** Rows of two columns below a title, and an empty line. */
export function section(title: string, rows: readonly (readonly string[])[]): string[] {
  return [title, ...textTable(rows, "all").map((line) => `  ${line}`), ""];
}

function valueOf(flags: Flags, name: string): string {
  const { choices, value, optional } = flags[name];
  const named = choices?.join("|") ?? value;
  return named === undefined ? "" : optional ? ` [${named}]` : ` ${named}`;
}
