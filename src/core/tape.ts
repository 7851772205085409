/**
 * The tape: reverse-mode differentiation. Each op records how its inputs' gradients follow from its output's;
 * `backward` walks the records in reverse. Gradients are thunks, so that an unneeded gradient is never computed. What
 * an op saves stays alive until its node has been walked: in a recorded program the planner sees that from the
 * dispatches and reuses the memory; in eager mode the step's scope frees it.
 */
import { formatShape, sameShape } from "../base/shape.ts";
import type { Device } from "./device.ts";
import type { Tensor } from "./tensor.ts";

/** Computes the gradient of one input. */
export type Gradient = () => Tensor;

interface Node {
  readonly op: string;
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
  readonly backward: (dy: Tensor) => readonly Gradient[];
}

/** The recorded ops, and which parameters' slots the walk has filled. */
interface Tape {
  readonly nodes: Node[];
  readonly filled: Set<Tensor>;
  /** False during a walk that must not write to the slots. */
  fillsSlots: boolean;
}

/** The active tape by device. */
const tapes = new WeakMap<Device, Tape>();

/**
 * Runs `body` with a new tape and returns its result.
 * @throws RangeError if a tape is already active, TypeError if `body` is asynchronous
 */
export function withTape<T>(device: Device, body: () => T): T {
  if (tapes.has(device)) {
    throw new RangeError(
      "Cannot start a tape: one is already active; finish the step before starting the next",
    );
  }
  tapes.set(device, { nodes: [], filled: new Set(), fillsSlots: true });
  try {
    const result = body();
    if (result instanceof Promise) {
      throw new TypeError(
        "Cannot keep a tape active across a promise: run forward and backward first, then await",
      );
    }
    return result;
  } finally {
    tapes.delete(device);
  }
}

/** Records an op if a tape is active and an input needs a gradient; returns `output`. */
export function record(
  op: string,
  inputs: readonly Tensor[],
  output: Tensor,
  backward: (dy: Tensor) => readonly Gradient[],
): Tensor {
  const tape = tapes.get(output.device);
  if (tape && inputs.some((input) => input.needsGrad)) {
    output.needsGrad = true;
    tape.nodes.push({ op, inputs, output, backward });
  }
  return output;
}

/**
 * The tensor that an op's thunk writes the gradient of `input` to: for a parameter its slot in the flat gradient
 * buffer (a second use gets a new tensor, which the tape then adds to the slot), otherwise a new one. The slot of a
 * parameter's f16 copy is f32.
 */
export function gradientFor(input: Tensor): Tensor {
  const tape = tapes.get(input.device);
  const isFree = tape === undefined || (tape.fillsSlots && !tape.filled.has(input));
  return input.grad && isFree ? input.grad : (input.grad ?? input).like(`d ${input.label}`);
}

/** How gradients are summed if a tensor is used twice; provided by src/ops. */
export interface Sums {
  /** A new tensor a + b. */
  add(a: Tensor, b: Tensor): Tensor;
  /** target += a, in place. */
  addTo(target: Tensor, a: Tensor): void;
}

/**
 * Walks the tape from `y` with the gradient `dy` of the same shape, and writes each parameter's gradient to its slot.
 * If `y` does not depend on a parameter, its slot keeps its contents.
 * @returns the gradients of the leaves that have no slot, by tensor
 * @throws TypeError naming the op whose gradients do not match its inputs
 */
export function backward(y: Tensor, dy: Tensor, sums: Sums): Map<Tensor, Tensor> {
  const tape = tapeOf(y);
  refuseStart(tape, y, dy);
  const grads = new Map([[y, dy]]);
  while (tape.nodes.length > 0) {
    const node = tape.nodes.pop()!;
    const dOutput = grads.get(node.output);
    grads.delete(node.output);
    if (dOutput) walk(tape, node, dOutput, (input) => input.needsGrad, grads, sums);
  }
  return grads;
}

/**
 * The gradients of the tensors `of`, from `y` with its gradient `dy`. The walk ends at them, and the tape is
 * unchanged. Parameters' slots are not written.
 * @throws RangeError if `y` does not depend on one of them
 */
export function gradients(y: Tensor, dy: Tensor, of: readonly Tensor[], sums: Sums): Tensor[] {
  const tape = tapeOf(y);
  refuseStart(tape, y, dy);
  const leads = new Set(of); // tensors that lead to them, including themselves
  for (const { inputs, output } of tape.nodes) {
    if (inputs.some((input) => leads.has(input))) leads.add(output);
  }
  const grads = new Map([[y, dy]]);
  tape.fillsSlots = false;
  try {
    for (const node of tape.nodes.toReversed()) {
      const dOutput = leads.has(node.output) && grads.get(node.output);
      if (dOutput) walk(tape, node, dOutput, (input) => leads.has(input), grads, sums);
    }
  } finally {
    tape.fillsSlots = true;
  }
  return of.map((tensor) => {
    const grad = grads.get(tensor);
    if (grad) return grad;
    throw new RangeError(
      `Cannot differentiate ${y.label} by ${tensor.label} ${
        formatShape(tensor.shape)
      }: no op on the tape leads from it to ${y.label}`,
    );
  });
}

/** The active tape. @throws RangeError if there is none */
function tapeOf({ device }: Tensor): Tape {
  const tape = tapes.get(device);
  if (tape) return tape;
  throw new RangeError("Cannot run backward: no tape is active; wrap forward and backward in withTape");
}

/** Adds the gradients of a node's inputs that `wants` them. */
function walk(
  tape: Tape,
  node: Node,
  dOutput: Tensor,
  wants: (input: Tensor) => boolean,
  grads: Map<Tensor, Tensor>,
  sums: Sums,
): void {
  const thunks = node.backward(dOutput);
  if (thunks.length !== node.inputs.length) {
    throw new TypeError(
      `Cannot run backward of ${node.op}: it must give ${node.inputs.length} gradients, ` +
        `current number is ${thunks.length}`,
    );
  }
  node.inputs.forEach((input, i) => {
    if (!wants(input)) return;
    const grad = checked(node, i, thunks[i]());
    if (input.grad && tape.fillsSlots) fillSlot(tape, node, input, grad, sums);
    else grads.set(input, grads.has(input) ? sums.add(grads.get(input)!, grad) : grad);
  });
}

/** Rejects a start from which the walk would find nothing, or the wrong gradient. */
function refuseStart(tape: Tape, y: Tensor, dy: Tensor): void {
  if (!sameShape(dy.shape, y.shape) || dy.dtype !== y.dtype) {
    throw new TypeError(
      `Cannot run backward of ${y.label}: dy must be ${formatShape(y.shape)} ${y.dtype}, ` +
        `current is ${formatShape(dy.shape)} ${dy.dtype}`,
    );
  }
  if (!tape.nodes.some((node) => node.output === y)) {
    throw new RangeError(
      `Cannot run backward of ${y.label} ${
        formatShape(y.shape)
      }: no op on the tape computed it from a tensor ` +
        "that needs a gradient, or backward has already run",
    );
  }
}

/** Handles a parameter's gradient: the op has written the first one to the slot, later ones are added to it. */
function fillSlot(tape: Tape, node: Node, parameter: Tensor, grad: Tensor, sums: Sums): void {
  if (tape.filled.has(parameter)) return sums.addTo(parameter.grad!, grad);
  if (grad !== parameter.grad) {
    throw new TypeError(
      `Cannot run backward of ${node.op}: the gradient of ${parameter.label} must be written to gradientFor(input)`,
    );
  }
  tape.filled.add(parameter);
}

/** Rejects a gradient whose shape or type does not match its input's. */
function checked(node: Node, i: number, grad: Tensor): Tensor {
  const input = node.inputs[i], { dtype } = input.grad ?? input;
  if (sameShape(grad.shape, input.shape) && grad.dtype === dtype) return grad;
  throw new TypeError(
    `Cannot run backward of ${node.op}: gradient ${i} must be ${formatShape(input.shape)} ${dtype}, ` +
      `current is ${formatShape(grad.shape)} ${grad.dtype}`,
  );
}
