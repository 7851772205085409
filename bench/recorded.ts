/** Programs of one op: its forward pass alone, or its backward pass alone. */
import type { Device } from "../src/core/device.ts";
import { type Program, recordProgram } from "../src/core/program.ts";
import { withTape } from "../src/core/tape.ts";
import type { Tensor } from "../src/core/tensor.ts";
import { backward } from "../src/ops/backward.ts";

/** A program and what it computes. */
export interface Recorded {
  readonly program: Program;
  readonly results: readonly Tensor[];
}

/** Records what `forward` runs. */
export async function recordForward(device: Device, forward: () => Tensor): Promise<Recorded> {
  const results: Tensor[] = [];
  const program = await recordProgram(device, () => {
    results.push(withTape(device, forward));
    return results;
  });
  return { program, results };
}

/**
 * Records the backward pass alone: `forward` runs on the same tape before the recording starts. The results are the
 * gradients of the `inputs` that need one.
 */
export async function recordBackward(
  device: Device,
  inputs: readonly Tensor[],
  forward: () => Tensor,
  dy: Tensor,
): Promise<Recorded> {
  const results: Tensor[] = [];
  let recording!: Promise<Program>;
  withTape(device, () => {
    const y = forward();
    recording = recordProgram(device, () => { // runs immediately; only the planning is awaited
      const gradients = backward(y, dy);
      for (const input of inputs) if (input.needsGrad) results.push(gradients.get(input)!);
      return results;
    });
  });
  return { program: await recording, results };
}
