/**
 * Evaluation: forward passes with the running statistics. Losses, counts and logits are collected on the GPU and read
 * once, however many consumers there are.
 */
import { append } from "../base/lists.ts";
import type { Ranks } from "../base/ranks.ts";
import type { Device } from "../core/device.ts";
import { type Program, recordProgram } from "../core/program.ts";
import { persistent, type Tensor } from "../core/tensor.ts";
import { type HostTarget, topClasses } from "../data/target.ts";
import type { Loss } from "../nn/losses/loss.ts";
import type { Model } from "../nn/model.ts";
import { STEP_SCALARS, stepScalars } from "../optim/step_scalars.ts";
import type { TrainBatch } from "./batch.ts";
import { batchSlot } from "./batch_slot.ts";
import { withoutPadding } from "./predictor.ts";
import { joinEvaluation } from "./shared_evaluation.ts";
import { stepResults, sum, type Tally, tallyOf } from "./step_results.ts";
import type { Outputs } from "./run_state.ts";

/** Dependencies of {@link evaluator}. */
export interface EvaluatorParts {
  readonly model: Model;
  readonly loss: Loss;
  readonly imageSize: number;
  readonly batchSize: number;
  /** The kind of the batches' targets; "indices" by default. */
  readonly target?: HostTarget["kind"] | undefined;
  /** Maximum number of batches in one evaluation. */
  readonly batches: number;
  /** Those who share out the batches, of which some may then be empty; by default there are no others. */
  readonly ranks?: Ranks | undefined;
}

/** The result of an evaluation. */
export interface Evaluation {
  /** Mean loss and shares of correct predictions. */
  readonly tally: Tally;
  readonly outputs: Outputs;
}

/** Evaluates a model on batches up to a fixed size; smaller ones are padded with ignored rows. */
export interface Evaluator {
  /** Sends each batch of a split through the model once; with other ranks, each its own. Waits for the GPU once. */
  run(split: Outputs["split"], batches: AsyncIterable<TrainBatch>): Promise<Evaluation>;
  free(): void;
}

/** Creates an evaluator; its program is recorded at the first batch. */
export function evaluator(device: Device, parts: EvaluatorParts): Evaluator {
  const { model, loss, imageSize, batchSize, ranks } = parts;
  const { classes } = model;
  const slot = batchSlot(device, { rows: batchSize, imageSize, classes, target: parts.target });
  const scalars = persistent(device, [STEP_SCALARS], "f32", "evaluation scalars");
  const results = stepResults(device, classes, parts.batches);
  let recorded: Recorded | undefined;

  const record = async (): Promise<Recorded> => {
    let logits!: Tensor; // [batchSize, columns]
    const program = await recordProgram(device, () => {
      logits = model.forward(slot.images, { training: false });
      const target = slot.target();
      results.tally(logits, target, loss(logits, target), scalars);
      return [logits];
    });
    const shape = [parts.batches * batchSize, logits.shape[1]];
    return { program, logits, gathered: persistent(device, shape, logits.dtype, "gathered logits") };
  };
  return {
    async run(split, batches) {
      const { program, logits, gathered } = recorded ??= await record();
      const truths: number[] = [], positions: number[] = [], divisors: number[] = [];
      results.restart();
      for await (const batch of batches) {
        const place = results.advance();
        divisors.push(batch.count === 0 ? 0 : loss.divisor?.(batch.target) ?? batch.count);
        if (batch.count === 0) continue;
        slot.write(batch);
        scalars.write(stepScalars([], { slot: place }));
        program.run();
        copyRows(logits, gathered, truths.length, batch.count);
        const next = (positions.at(-1) ?? -1) + 1;
        const labels = topClasses(batch.target);
        append(positions, batch.indices ?? labels.keys().map((i) => next + i));
        append(truths, labels);
      }
      const [steps, values] = await Promise.all([
        results.rows(), // GPU sync point
        readRows(gathered, truths.length, classes), // GPU sync point
      ]);
      const outputs = {
        split,
        logits: values,
        labels: Uint32Array.from(truths),
        indices: Uint32Array.from(positions),
      };
      if (ranks) return await joinEvaluation(ranks, { rows: steps, divisors, outputs });
      return { tally: sum(divisors.map((_, i) => tallyOf(steps.subarray(4 * i)))), outputs };
    },
    free() {
      recorded?.program.free();
      recorded?.gathered.free();
      results.free();
      slot.free();
      scalars.free();
    },
  };
}

/** The forward pass of a batch, and the tensor that collects the logits of all batches: [rows, columns]. */
interface Recorded {
  readonly program: Program;
  readonly logits: Tensor;
  readonly gathered: Tensor;
}

/** Encodes a copy of the first `count` rows to `to`, after its first `start` rows. */
function copyRows(from: Tensor, to: Tensor, start: number, count: number): void {
  const row = from.bytes / from.shape[0];
  from.device.copy(from.buffer, from.byteOffset, to.buffer, to.byteOffset + start * row, count * row);
}

/** The first `rows` rows of [N, columns], without the padding columns: [rows, classes]. */
async function readRows(gathered: Tensor, rows: number, classes: number): Promise<Float32Array> {
  if (rows === 0) return new Float32Array(0);
  const columns = gathered.shape[1];
  return withoutPadding(await gathered.slice(0, [rows, columns]).read(), rows, columns, classes); // GPU sync point
}
