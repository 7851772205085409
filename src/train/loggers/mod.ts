/**
 * The loggers of a run. To add one, add a file to this folder and a line to the literal that a configuration can
 * name.
 */
import type { ChosenPlugins } from "../../base/plugin.ts";
import type { Logger } from "../log.ts";
import { csv } from "./csv.ts";
import { jsonl } from "./jsonl.ts";
import type { LoggerContext, LoggerPlugin } from "./plugin.ts";
import { tensorboard } from "./tensorboard.ts";
import { wandb } from "./wandb.ts";

/** Loggers of every run. */
const always = { jsonl, csv };

/** The loggers that a configuration can name. */
export const loggers = { tensorboard, wandb };

/** The name of such a logger. */
export type LoggerName = keyof typeof loggers;

/** The loggers of every run, and the chosen ones (those with options). */
export function makeLoggers(chosen: ChosenPlugins, context: LoggerContext): Logger[] {
  const named = Object.entries(loggers).flatMap(([name, plugin]) => {
    const options = chosen[name];
    return options === null || options === undefined ? [] : [(plugin as LoggerPlugin).make(options, context)];
  });
  return [...Object.values(always).map((plugin) => plugin.make({}, context)), ...named];
}
