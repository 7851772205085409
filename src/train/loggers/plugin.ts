import type * as z from "zod";
import type { ByteSource } from "../../base/byte_source.ts";
import type { Plugin } from "../../base/plugin.ts";
import type { Logger } from "../log.ts";

/** Files below a folder. */
export interface LogFiles {
  /** The bytes of a file, or undefined if there is none. */
  load(name: string): Promise<Uint8Array | undefined>;
  /** Adds to the end of a file; it and its folder are made if they are missing. */
  append(name: string, data: string | Uint8Array): Promise<void>;
  /** Writes a file so that a kill at any moment leaves the old content or the new one. */
  write(name: string, data: string | Uint8Array): Promise<void>;
}

/** What a logger may know of its run and of the world. */
export interface LoggerContext {
  /** The run's folder. */
  readonly folder: string;
  readonly experiment: string;
  /** The files below a folder. */
  files(folder: string): LogFiles;
  /** A file by its path, such as a checkpoint's; absent where a run leaves none. @throws DataError if it is not there */
  open?(path: string): Promise<ByteSource>;
  env(name: string): string | undefined;
  now(): Date;
  /** Says something on the terminal and in the run's log. */
  report(line: string, level: "debug" | "info" | "warning"): void;
}

/** A logger that a configuration can name. */
export type LoggerPlugin<Options extends z.ZodType = z.ZodType> = Plugin<Options, LoggerContext, Logger>;

/** Ties a logger's options to the argument of its factory. */
export function defineLogger<Options extends z.ZodType>(
  plugin: LoggerPlugin<Options>,
): LoggerPlugin<Options> {
  return plugin;
}
