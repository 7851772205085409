/** Files in memory for loggers, which a test may tear as a kill would. */
import { type ByteSource, byteSource } from "../../../src/base/byte_source.ts";
import { DataError } from "../../../src/base/errors.ts";
import type { Lock } from "../../../src/base/lock.ts";
import { wandb } from "../../../src/train/loggers/wandb.ts";
import type { LogFiles, LoggerContext } from "../../../src/train/loggers/plugin.ts";
import { memoryTryLock } from "../../launch/memory_host.ts";

/** Files by path. */
export class MemoryFiles {
  readonly all = new Map<string, Uint8Array>();

  /** The files below a folder. */
  below(folder: string): LogFiles {
    const bytes = (data: string | Uint8Array) =>
      typeof data === "string" ? new TextEncoder().encode(data) : data;
    const at = (name: string) => `${folder}/${name}`;
    return {
      load: (name) => Promise.resolve(this.all.get(at(name))),
      append: (name, data) => {
        const old = this.all.get(at(name)) ?? new Uint8Array();
        this.all.set(at(name), Uint8Array.of(...old, ...bytes(data)));
        return Promise.resolve();
      },
      write: (name, data) => Promise.resolve(void this.all.set(at(name), bytes(data).slice())),
    };
  }

  /** A file by its path. */
  open(path: string): Promise<ByteSource> {
    const bytes = this.all.get(path);
    return bytes
      ? Promise.resolve(byteSource(path, bytes))
      : Promise.reject(new DataError(`Cannot open "${path}": it does not exist`));
  }

  text(path: string): string {
    return new TextDecoder().decode(this.all.get(path));
  }

  /** Cuts the end of a file off. */
  tear(path: string, length: number): void {
    this.all.set(path, this.all.get(path)!.slice(0, length));
  }
}

/** A context over such files; what is reported is pushed into `reports`. */
export function loggerContext(
  files: MemoryFiles,
  env: Readonly<Record<string, string>> = {},
  reports: string[] = [],
  tryLock = memoryTryLock(),
): LoggerContext {
  return {
    folder: "run",
    experiment: "train",
    kept: { experiment: "train", logging: { wandb: wandb.options.parse({}) } },
    resolve: (values) => values,
    files: (folder) => files.below(folder),
    open: (path) => files.open(path),
    lock: (path, what) => tryLock(path, what) as Promise<Lock>,
    env: (name) => env[name],
    now: () => new Date(Date.UTC(2026, 4, 31, 14, 3, 59)),
    report: (line, level) => void reports.push(`${level}: ${line}`),
  };
}
