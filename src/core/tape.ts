/**
 * The tape: reverse-mode differentiation. Each op records how its inputs' gradients follow from its output's;
 * `backward` walks the records from last to first. Gradients are thunks, so that one that nobody needs is never
 * computed. What an op saved is alive until its node has been walked: in a recorded program the planner sees
 * that from the dispatches and uses the memory again; in eager mode the step's scope frees it.
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

/** What was recorded, and which parameters' slots the walk has filled. */
interface Tape {
  readonly nodes: Node[];
  readonly filled: Set<Tensor>;
  /** False while a walk leaves the slots alone. */
  fillsSlots: boolean;
}

/** The tape that is on, by device. */
const tapes = new WeakMap<Device, Tape>();

/**
 * Runs `body` with a fresh tape and returns its result.
 * @throws RangeError if a tape is on already, TypeError if `body` is asynchronous
 */
export function withTape<T>(device: Device, body: () => T): T {
  if (tapes.has(device)) {
    throw new RangeError("Cannot start a tape as one is on already: end the step before the next one");
  }
  tapes.set(device, { nodes: [], filled: new Set(), fillsSlots: true });
  try {
    const result = body();
    if (result instanceof Promise) {
      throw new TypeError("Cannot keep a tape on for a promise: run forward and backward first, then wait");
    }
    return result;
  } finally {
    tapes.delete(device);
  }
}

/** Puts an op on the tape, if one is on and an input needs a gradient; returns `output`. */
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
 * The tensor that an op's thunk writes the gradient of `input` to: for a parameter its slot in the flat
 * gradient buffer (a second use gets a fresh tensor, which the tape then adds to the slot), else a fresh one.
 * The slot of a parameter's f16 copy is f32.
 */
export function gradientFor(input: Tensor): Tensor {
  const tape = tapes.get(input.device);
  const isFree = tape === undefined || (tape.fillsSlots && !tape.filled.has(input));
  return input.grad && isFree ? input.grad : (input.grad ?? input).like(`d ${input.label}`);
}

/** How gradients are summed where a tensor was used twice; the ops room provides it. */
export interface Sums {
  /** A new tensor a + b. */
  add(a: Tensor, b: Tensor): Tensor;
  /** target += a, in place. */
  addTo(target: Tensor, a: Tensor): void;
}

/**
 * Walks the tape from `y` with the gradient `dy` of the same shape, and leaves each parameter's gradient in
 * its slot. A parameter that `y` does not depend on keeps what its slot held.
 * @returns the gradients of the leaves that have no slot, by tensor
 * @throws TypeError naming the op whose gradients do not fit its inputs
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
 * The gradients of the tensors `of`, from `y` with its gradient `dy`; the walk ends at them, and the tape stays as it
 * is. Parameters' slots are not written to.
 * @throws RangeError if `y` does not depend on one of them
 */
export function gradients(y: Tensor, dy: Tensor, of: readonly Tensor[], sums: Sums): Tensor[] {
  const tape = tapeOf(y);
  refuseStart(tape, y, dy);
  const leads = new Set(of); // to them, or is one of them
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

/** The tape that is on. @throws RangeError if none is */
function tapeOf({ device }: Tensor): Tape {
  const tape = tapes.get(device);
  if (tape) return tape;
  throw new RangeError("Cannot run backward because no tape is on: wrap forward and backward in withTape");
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
      `Cannot run backward of ${node.op} as it has ${node.inputs.length} inputs: given ${thunks.length} gradients`,
    );
  }
  node.inputs.forEach((input, i) => {
    if (!wants(input)) return;
    const grad = checked(node, i, thunks[i]());
    if (input.grad && tape.fillsSlots) fillSlot(tape, node, input, grad, sums);
    else grads.set(input, grads.has(input) ? sums.add(grads.get(input)!, grad) : grad);
  });
}

/** Refuses a start from which the walk would find nothing, or the wrong gradient. */
function refuseStart(tape: Tape, y: Tensor, dy: Tensor): void {
  if (!sameShape(dy.shape, y.shape) || dy.dtype !== y.dtype) {
    throw new TypeError(
      `Cannot run backward of ${y.label} as dy must be ${formatShape(y.shape)} ${y.dtype}: ` +
        `current is ${formatShape(dy.shape)} ${dy.dtype}`,
    );
  }
  if (!tape.nodes.some((node) => node.output === y)) {
    throw new RangeError(
      `Cannot run backward of ${y.label} ${
        formatShape(y.shape)
      } as no op on the tape computed it from a tensor ` +
        "that needs a gradient, or backward was run already",
    );
  }
}

/** Takes a parameter's gradient: the first was written to the slot by the op, later ones are added to it. */
function fillSlot(tape: Tape, node: Node, parameter: Tensor, grad: Tensor, sums: Sums): void {
  if (tape.filled.has(parameter)) return sums.addTo(parameter.grad!, grad);
  if (grad !== parameter.grad) {
    throw new TypeError(
      `Cannot run backward of ${node.op} as the gradient of ${parameter.label} must be written to gradientFor(input)`,
    );
  }
  tape.filled.add(parameter);
}

/** Refuses a gradient whose shape or type is not its input's. */
function checked(node: Node, i: number, grad: Tensor): Tensor {
  const input = node.inputs[i], { dtype } = input.grad ?? input;
  if (sameShape(grad.shape, input.shape) && grad.dtype === dtype) return grad;
  throw new TypeError(
    `Cannot run backward of ${node.op} as gradient ${i} must be ${formatShape(input.shape)} ${dtype}: ` +
      `current is ${formatShape(grad.shape)} ${grad.dtype}`,
  );
}
