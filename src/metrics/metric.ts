/**
 * The interface of all metrics: `update` with batches, `compute` the value, `reset` to start over. Metrics use plain
 * numbers and typed arrays and never touch the GPU.
 */
export interface Metric<Batch extends unknown[], Value> extends Accumulator<Batch, Value> {
  /** Whether larger or smaller values are better; read by early stopping and checkpoints. */
  readonly direction: "max" | "min";
}

/** Accumulates over batches without being good or bad itself, such as a confusion matrix. */
export interface Accumulator<Batch extends unknown[], Value> {
  /** Adds a batch. */
  update(...batch: Batch): void;
  /** The value over all batches since the last reset; null if there were no samples. */
  compute(): Value;
  /** Discards all batches. */
  reset(): void;
}
