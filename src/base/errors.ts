/**
 * The errors that callers distinguish. All others are a TypeError (shape or type), RangeError (value) or SyntaxError
 * (parsing). Messages state the action first, then the cause with the current and the required value, then the cure;
 * no final period.
 */

/** An invalid configuration: unknown key, value out of range, contradictory options. */
export class ConfigError extends Error {
  override name = "ConfigError";
}

/** A run's folder or checkpoints that another process is using. */
export class BusyError extends ConfigError {
  override name = "BusyError";
}

/** An unusable dataset: missing root, no images, invalid annotation line, too many unreadable files. */
export class DataError extends Error {
  override name = "DataError";
}

/** A file or folder that is not there, as opposed to one that cannot be read. */
export class MissingError extends DataError {
  override name = "MissingError";
}

/** The place where a dataset is has gone, which says nothing about its files. */
export class UnreachableError extends DataError {
  override name = "UnreachableError";
}

/** No usable GPU, a kernel that does not compile, or a validation error of a dispatch. */
export class GpuError extends Error {
  override name = "GpuError";
}

/** Work that exceeds a limit of the adapter. */
export class LimitError extends GpuError {
  override name = "LimitError";

  /**
   * @param fault what cannot be done and why
   * @param share the limit as a fraction of what was requested: a batch reduced by this factor would fit
   */
  constructor(readonly fault: string, readonly share: number) {
    super(`${fault}; lower data.batch_size or data.image_size`);
  }

  /** The same error, naming the largest batch that fits if `batch` does not. */
  forBatch(batch: number): GpuError {
    const fits = Math.floor(batch * this.share);
    const cure = fits > 0 ? `data.batch_size=${fits} fits` : "lower data.image_size";
    return new GpuError(`${this.fault}; ${cure}`);
  }
}

/** The GPU was lost during a run (driver reset, device removed, out of memory). */
export class DeviceLostError extends GpuError {
  override name = "DeviceLostError";
}

/** The loss became NaN or infinite. */
export class DivergedError extends Error {
  override name = "DivergedError";
}

/** A written file does not match what it was made from and must not be used. */
export class CheckError extends Error {
  override name = "CheckError";
}

/** The user or the system asked the run to stop (SIGINT, SIGTERM, SIGHUP). */
export class InterruptedError extends Error {
  override name = "InterruptedError";
}

/** A file of the run cannot be written: disk full, no permission. */
export class FileError extends Error {
  override name = "FileError";
}

/**
 * The process exit code for an error: 2 configuration, 3 data, 4 GPU, 5 divergence, 6 files that cannot be written, 7
 * a failed check of written files, 130 interrupted, otherwise 1.
 */
export function exitCode(error: unknown): number {
  if (error instanceof ConfigError) return 2;
  if (error instanceof DataError) return 3;
  if (error instanceof GpuError) return 4;
  if (error instanceof DivergedError) return 5;
  if (error instanceof FileError) return 6;
  if (error instanceof CheckError) return 7;
  if (error instanceof InterruptedError) return 130;
  return 1;
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The first line of it: libraries put stacks and advice of their own below. */
export function firstLineOf(error: unknown): string {
  return messageOf(error).trim().split("\n")[0];
}
