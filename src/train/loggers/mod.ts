/** The loggers of a run. A new one is a file beside this one and a line in the literal that a configuration can name. */
import type { Logger } from "../log.ts";
import { csv } from "./csv.ts";
import { jsonl } from "./jsonl.ts";
import type { LoggerContext, LoggerPlugin } from "./plugin.ts";
import { tensorboard } from "./tensorboard.ts";
import { wandb } from "./wandb.ts";

/** Always there. */
const always = { jsonl, csv };

/** The loggers that a configuration can name. */
export const loggers = { tensorboard, wandb };

/** The loggers that are always there, and those that are chosen: those with options. */
export function makeLoggers(chosen: Readonly<Record<string, unknown>>, context: LoggerContext): Logger[] {
  const named = Object.entries(loggers).flatMap(([name, plugin]) => {
    const options = chosen[name];
    return options === null || options === undefined ? [] : [(plugin as LoggerPlugin).make(options, context)];
  });
  return [...Object.values(always).map((plugin) => plugin.make({}, context)), ...named];
}
