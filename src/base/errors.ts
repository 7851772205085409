/**
 * The errors that a caller tells apart. Everything else is a TypeError (shape or type), RangeError (value)
 * or SyntaxError (parsing). Messages: the action first, then the cause, the current and the required value,
 * and the cure; no final period.
 */

/** A configuration that cannot be used: unknown key, value out of range, contradictory options. */
export class ConfigError extends Error {
  override name = "ConfigError";
}

/** A dataset that cannot be used: missing root, no images, broken annotation line, too many unreadable files. */
export class DataError extends Error {
  override name = "DataError";
}

/** No usable GPU, a kernel that does not compile, or a validation error of a dispatch. */
export class GpuError extends Error {
  override name = "GpuError";
}

/** The GPU went away during a run (driver reset, removed device, out of memory). */
export class DeviceLostError extends GpuError {
  override name = "DeviceLostError";
}

/** The loss became NaN or infinite. */
export class DivergedError extends Error {
  override name = "DivergedError";
}

/** The user or the system asked the run to stop (SIGINT, SIGTERM). */
export class InterruptedError extends Error {
  override name = "InterruptedError";
}

/** The process exit code that belongs to an error: 2 config, 3 data, 4 GPU, 5 divergence, 130 interrupted, else 1. */
export function exitCode(error: unknown): number {
  if (error instanceof ConfigError) return 2;
  if (error instanceof DataError) return 3;
  if (error instanceof GpuError) return 4;
  if (error instanceof DivergedError) return 5;
  if (error instanceof InterruptedError) return 130;
  return 1;
}
