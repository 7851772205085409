/**
 * What a run logs. Callbacks write scalars, images and text to it; when a step or an epoch is over, everything goes
 * to the loggers as one row. Callbacks and loggers do not know each other.
 */

/** Values by name, such as "val/acc_top1". */
export type Scalars = Readonly<Record<string, number>>;

/** Everything that is logged with a step or an epoch. */
export interface LogRow {
  readonly epoch: number;
  /** Training steps since the start of the run: the axis of everything that is logged. */
  readonly step: number;
  /** Values that are identical in each repetition of a run, bit for bit. */
  readonly scalars: Scalars;
  /** Values that depend on the clock or the machine: speed, waiting, memory. */
  readonly timings: Scalars;
  /** PNG files by name. */
  readonly images: Readonly<Record<string, Uint8Array>>;
  readonly texts: Readonly<Record<string, string>>;
}

/** A checkpoint that remains after training. */
export interface KeptCheckpoint {
  readonly path: string;
  readonly step: number;
  /** The value by which it was chosen; NaN for the last checkpoint. */
  readonly score: number;
  readonly isBest: boolean;
}

/** How a run ended. */
export type RunStatus = "finished" | "failed" | "interrupted";

/** A destination of rows. It ignores what it does not support. */
export interface Logger {
  readonly name: string;
  /** Before the first row, with the run's configuration. */
  start?(config: object): Promise<void>;
  write(row: LogRow): Promise<void>;
  /** After training: the checkpoints it leaves, oldest first, and the options by which they were chosen. */
  checkpoints?(kept: readonly KeptCheckpoint[], options: object): Promise<void>;
  /**
   * Before `start`: removes what was logged after the step of the checkpoint that the run resumes from (-1: everything,
   * since it begins), the test, and anything that a kill left incomplete.
   */
  truncateTo(step: number): Promise<void>;
  /** After the last row. Waits for pending work within a time limit, and never throws because of a network. */
  finish?(status: RunStatus): Promise<void>;
}

/** Collects what is logged until the row is complete. */
export class RunLog {
  #row = emptyRow();

  constructor(readonly loggers: readonly Logger[] = []) {}

  /** Adds values to the current row; an existing name is overwritten. */
  scalars(values: Scalars): void {
    Object.assign(this.#row.scalars, values);
  }

  /** The same for values that depend on the clock or the machine. */
  timings(values: Scalars): void {
    Object.assign(this.#row.timings, values);
  }

  /** Adds an image, as the bytes of a PNG file. */
  image(name: string, png: Uint8Array): void {
    this.#row.images[name] = png;
  }

  /** Adds a text; TensorBoard reads it as Markdown. */
  text(name: string, text: string): void {
    this.#row.texts[name] = text;
  }

  /** Passes the row to the loggers and starts the next; does nothing if it is empty. */
  async write(epoch: number, step: number): Promise<void> {
    const row = this.#row;
    if (Object.values(row).every((part) => Object.keys(part).length === 0)) return;
    this.#row = emptyRow();
    for (const logger of this.loggers) await logger.write({ epoch, step, ...row });
  }

  async checkpoints(kept: readonly KeptCheckpoint[], options: object): Promise<void> {
    for (const logger of this.loggers) await logger.checkpoints?.(kept, options);
  }

  async start(config: object): Promise<void> {
    for (const logger of this.loggers) await logger.start?.(config);
  }

  /**
   * Restores the logs to their state after `step`, before a run resumes from there; to nothing with -1. For a checkpoint of an epoch's
   * last step that was written before the epoch's validation, `step` is one less, because the epoch's row will be
   * written again.
   */
  async truncateTo(step: number): Promise<void> {
    for (const logger of this.loggers) await logger.truncateTo(step);
  }

  async finish(status: RunStatus): Promise<void> {
    for (const logger of this.loggers) await logger.finish?.(status);
  }
}

function emptyRow() {
  return {
    scalars: {} as Record<string, number>,
    timings: {} as Record<string, number>,
    images: {} as Record<string, Uint8Array>,
    texts: {} as Record<string, string>,
  };
}

/** True for the names of a test's results, which a resumed run does not have yet. */
export function isTest(name: string): boolean {
  return name.startsWith("test/");
}
