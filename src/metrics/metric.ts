/**
 * What every metric is: batches in by `update`, one value out by `compute`, a fresh start by `reset`. Metrics are
 * plain numbers and typed arrays; they never see a GPU.
 */
export interface Metric<Batch extends unknown[], Value> extends Accumulator<Batch, Value> {
  /** Whether a larger or a smaller value is better; early stopping and checkpoints read it here. */
  readonly direction: "max" | "min";
}

/** What gathers over batches and is neither good nor bad by itself, such as a confusion matrix. */
export interface Accumulator<Batch extends unknown[], Value> {
  /** Takes a batch into account. */
  update(...batch: Batch): void;
  /** The value over all batches since the last reset; null where no sample was seen. */
  compute(): Value;
  /** Forgets all batches. */
  reset(): void;
}
