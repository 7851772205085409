import type * as z from "zod";
import type { ByteSource } from "../../base/byte_source.ts";
import type { Lock } from "../../base/lock.ts";
import type { Plugin } from "../../base/plugin.ts";
import type { Logger } from "../log.ts";

/** Files in a folder. */
export interface LogFiles {
  /** The bytes of a file, or undefined if there is none. */
  load(name: string): Promise<Uint8Array | undefined>;
  /** Appends to a file; creates it and its folder if they are missing. */
  append(name: string, data: string | Uint8Array): Promise<void>;
  /** Writes a file so that a kill at any moment leaves either the old or the new content. */
  write(name: string, data: string | Uint8Array): Promise<void>;
}

/** The parts of a configuration that concern loggers. */
export interface KeptLogging {
  readonly experiment: string;
  /** The options of each logger by its name. */
  readonly logging: Readonly<Record<string, unknown>>;
}

/** What a logger knows about its run and its environment. */
export interface LoggerContext {
  /** The run's folder. */
  readonly folder: string;
  readonly experiment: string;
  /**
   * The configuration of the loggers as it is kept: values that follow from the environment are expressions, such as
   * `${oc.env:TEAM}`. Files have these, and only what is sent is resolved.
   */
  readonly kept: KeptLogging;
  /** `values` with expressions resolved. @throws ConfigError that names a variable that is missing */
  resolve(values: object): unknown;
  /** The files in a folder. */
  files(folder: string): LogFiles;
  /**
   * Opens a file by its path, such as a checkpoint; absent if the run writes none. @throws DataError if it is missing
   */
  open?(path: string): Promise<ByteSource>;
  /** Locks the thing at `path`, after a wait if another process holds it; `what` tells others why. */
  lock(path: string, what: string): Promise<Lock>;
  env(name: string): string | undefined;
  now(): Date;
  /** Prints a line to the terminal and to the run's log. */
  report(line: string, level: "debug" | "info" | "warning"): void;
}

/** A logger that a configuration can name. */
export type LoggerPlugin<Options extends z.ZodObject = z.ZodObject> = Plugin<Options, LoggerContext, Logger>;

/** Ties the type of a logger's options to the argument of its factory. */
export function defineLogger<Options extends z.ZodObject>(
  plugin: LoggerPlugin<Options>,
): LoggerPlugin<Options> {
  return plugin;
}
