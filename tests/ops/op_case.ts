/**
 * The op ring's harness: one call checks an op's forward and every gradient, in f32 and in f16.
 *
 * Each case is run with random dy and compared with its reference, which is computed in float64 from the values
 * as they lie on the GPU (so f16 inputs are rounded first). Then it is checked that
 * - the same inputs used twice get exactly twice the gradient, in fresh tensors and in slots,
 * - a recorded program gives, each time it runs, what eager dispatches give, bit for bit,
 * - the pool is back at its start.
 * The pool's free buffers hold NaN beforehand, so that what a kernel forgets to write shows.
 *
 * Tolerances are shares of the reference's largest magnitude: 2e-5, and in f16 one unit roundoff (2^-11) more
 * for each f16 value on the way to the result. `WGRAD_SHARES=1` prints how much of them was used.
 */
import { assertEquals, AssertionError } from "@std/assert";
import type { ElementType } from "../../kernels/lib/source.ts";
import { rng } from "../../src/base/rng.ts";
import { elements, formatShape, type Shape } from "../../src/base/shape.ts";
import { type Device, openDevice } from "../../src/core/device.ts";
import { recordProgram } from "../../src/core/program.ts";
import { record, withTape } from "../../src/core/tape.ts";
import { type DType, type Tensor, tensorOf } from "../../src/core/tensor.ts";
import { backward } from "../../src/ops/backward.ts";
import { afterAll, gpuTest, printsShares, testGpu, testMatmul } from "../rings.ts";

/** An input of the op. */
export interface OpInput {
  readonly shape: Shape;
  readonly values: ArrayLike<number>;
  /** The element type; by default the one that is tested. */
  readonly dtype?: DType;
}

/** What an op is checked with. */
export interface OpCase {
  readonly inputs: Readonly<Record<string, OpInput>>;
  /** Runs the op and returns y. */
  run(inputs: Readonly<Record<string, Tensor>>): Tensor;
  /**
   * From the inputs' values and dy: y, the gradient `d<name>` of each input that has one, and under its own name
   * the new values of each input that the op changes.
   */
  reference(values: Readonly<Record<string, Float64Array>>): Readonly<Record<string, ArrayLike<number>>>;
  /** How many f16 values lie on the way from the inputs to a result, the result included; by default 1. */
  readonly roundings?: number;
  readonly types?: readonly ElementType[];
  /** False for an op that only takes activations and could not fill a parameter's slot. */
  readonly slots?: boolean;
}

/** A case on the GPU. */
interface Bench {
  readonly op: OpCase;
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly dy: Tensor;
  readonly expected: Readonly<Record<string, ArrayLike<number>>>;
}

/** What is compared, by name: y, gradients and changed inputs. */
type Results = ReadonlyMap<string, Float32Array>;

/** Registers the test `name`, with a step for each element type. */
export function opTest(name: string, op: OpCase): void {
  gpuTest(name, async (context) => {
    for (const type of op.types ?? ["f32", "f16"] as const) {
      await context.step(`in ${type}`, () => checkOp(op, type));
    }
  });
}

/** Checks an op in one element type. */
export async function checkOp(op: OpCase, type: ElementType): Promise<void> {
  const device = await testDevice();
  const live = device.pool.stats().live;
  await device.scope(async () => {
    const bench = prepare(device, op, type);
    reset(bench);
    const eager = await read(differentiate(bench, op.run));
    for (const [name, values] of Object.entries(bench.expected)) {
      const actual = eager.get(name);
      if (!actual) throw new AssertionError(`The op gave no ${name}, only ${[...eager.keys()].join(", ")}`);
      const shape = name === "y" ? bench.dy.shape : (bench.inputs[name] ?? bench.inputs[name.slice(1)]).shape;
      expectClose(`${type} ${name}`, shape, actual, values, tolerance(type, op.roundings));
    }
    await checkTwice(bench, eager);
    await checkRecorded(device, bench, eager);
  });
  assertEquals(device.pool.stats().live, live, "The op left buffers alive");
}

/** The share of the largest magnitude that a result may be off. */
export function tolerance(type: ElementType, roundings = 1): number {
  return 2e-5 + (type === "f16" ? roundings * 2 ** -11 : 0);
}

/** Uploads the inputs, and a dy as long as the op's y, and computes the reference. */
function prepare(device: Device, op: OpCase, type: ElementType): Bench {
  const inputs: Record<string, Tensor> = {};
  const values: Record<string, Float64Array> = {};
  const upload = (name: string, input: OpInput) => {
    const { shape, dtype = type } = input;
    values[name] = stored(input.values, dtype);
    return tensorOf(device, Array.from(input.values), shape, dtype, name);
  };
  poison(device, Object.values(op.inputs).map((input) => input.shape));
  for (const [name, input] of Object.entries(op.inputs)) inputs[name] = upload(name, input);
  const y = op.run(inputs);
  poison(device, [y.shape]);
  const dy = upload("dy", { shape: y.shape, values: noise(y.shape, "dy"), dtype: y.dtype });
  const expected = op.reference(values);
  for (const [name, input] of Object.entries(inputs)) input.needsGrad = `d${name}` in expected;
  return { op, inputs, dy, expected };
}

/** Leaves NaN in the pool's free buffers of these sizes, several of each. */
function poison(device: Device, shapes: readonly Shape[]): void {
  device.scope(() => {
    for (const shape of shapes) {
      for (const dtype of ["f32", "f16"] as const) {
        for (let i = 0; i < 3; i++) {
          tensorOf(device, new Array(elements(shape)).fill(NaN), shape, dtype, "poison");
        }
      }
    }
  });
}

/** Gives the inputs that the op changes their first values again. */
function reset({ op, inputs, expected }: Bench): void {
  for (const [name, input] of Object.entries(inputs)) {
    if (name in expected) input.write(Array.from(op.inputs[name].values));
  }
}

/** Runs forward and backward. */
function differentiate({ inputs, dy, expected }: Bench, run: OpCase["run"]): Map<string, Tensor> {
  return withTape(dy.device, () => {
    const y = run(inputs);
    const grads = backward(y, dy);
    const results = new Map([["y", y]]);
    for (const [name, input] of Object.entries(inputs)) {
      const grad = input.grad ?? grads.get(input);
      if (grad) results.set(`d${name}`, grad);
      if (name in expected) results.set(name, input);
    }
    return results;
  });
}

/** The op run twice on the same inputs, with dy for both: exactly twice the gradient, also into slots. */
async function checkTwice(bench: Bench, once: Results): Promise<void> {
  const run: OpCase["run"] = (inputs) => both(bench.op.run(inputs), bench.op.run(inputs));
  const graded = Object.values(bench.inputs).filter((input) => input.needsGrad);
  const fresh = await read(differentiate(bench, run));
  if (bench.op.slots !== false) { for (const input of graded) input.grad = input.like(); }
  const slots = await read(differentiate(bench, run));
  for (const input of graded) input.grad = undefined;
  for (const [name, value] of once) {
    if (!name.startsWith("d") || name in bench.inputs) continue;
    const doubled = value.map((element) => 2 * element);
    expectSame(`${name} of two uses`, fresh.get(name)!, doubled);
    expectSame(`${name} of two uses, in a slot`, slots.get(name)!, doubled);
  }
}

/** A tensor that depends on both: its value is the first, its gradient goes to both. */
function both(first: Tensor, second: Tensor): Tensor {
  return record("both", [first, second], first.view(first.shape), (dy) => [() => dy, () => dy]);
}

/** The recorded step, run twice, against the eager one. */
async function checkRecorded(device: Device, bench: Bench, eager: Results): Promise<void> {
  let results: ReadonlyMap<string, Tensor> = new Map();
  const step = () => [...(results = differentiate(bench, bench.op.run)).values()];
  const program = await recordProgram(device, step);
  for (const time of ["first", "second"]) {
    reset(bench);
    program.run();
    const recorded = await read(results);
    for (const [name, value] of eager) {
      expectSame(`${name} of the ${time} replay`, recorded.get(name)!, value);
    }
  }
  program.free();
}

/** Reads tensors one by one. */
async function read(tensors: ReadonlyMap<string, Tensor>): Promise<Results> {
  const results = new Map<string, Float32Array>();
  for (const [name, tensor] of tensors) results.set(name, await tensor.read());
  return results;
}

/** Fails unless every value is within `share` of the reference's largest magnitude; NaN and infinities must agree. */
export function expectClose(
  name: string,
  shape: Shape,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  share: number,
): void {
  assertEquals(actual.length, expected.length, `${name} has another length than the reference`);
  const finite = Array.from(expected).filter(Number.isFinite);
  const allowed = share * finite.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  let worst = 0, used = 0;
  for (let i = 0; i < actual.length; i++) {
    const error = Object.is(actual[i], expected[i]) ? 0 : Math.abs(actual[i] - expected[i]);
    const isWithin = error <= used * allowed;
    if (isWithin) continue;
    worst = i;
    used = Number.isNaN(error) || allowed === 0 ? Infinity : error / allowed;
    if (used === Infinity) break;
  }
  if (printsShares) console.log(`${name}: ${used.toFixed(3)} of the tolerance`);
  if (used <= 1) return;
  throw new AssertionError(
    `${name}${formatShape(place(worst, shape))} is ${actual[worst]}, the reference ${expected[worst]}: ` +
      `${used.toFixed(2)} of the tolerance ${allowed}`,
  );
}

/** Fails unless both have the same bits. */
function expectSame(name: string, actual: Float32Array, expected: Float32Array): void {
  const [a, b] = [actual, expected].map((values) =>
    new Uint32Array(values.buffer, values.byteOffset, values.length)
  );
  const i = a.findIndex((bits, at) => bits !== b[at]);
  if (i >= 0) {
    throw new AssertionError(`${name}, element ${i}, is ${actual[i]}, expected exactly ${expected[i]}`);
  }
}

/** The coordinates of element `i`. */
function place(i: number, shape: Shape): number[] {
  const coordinates: number[] = [];
  for (const size of [...shape].reverse()) {
    coordinates.unshift(i % size);
    i = Math.floor(i / size);
  }
  return coordinates;
}

/** Standard normal numbers, the same for the same shape and path. */
export function noise(shape: Shape, ...path: (string | number)[]): Float64Array {
  const random = rng(42, "ops", ...path, ...shape);
  return Float64Array.from({ length: elements(shape) }, () => random.normal());
}

/** Values as they lie on the GPU. */
function stored(values: ArrayLike<number>, dtype: DType): Float64Array {
  if (dtype === "u32") return Float64Array.from(values);
  return Float64Array.from(dtype === "f16" ? Float16Array.from(values) : Float32Array.from(values));
}

let opened: Promise<Device> | undefined;

/**
 * This file's device; it is closed after the file's last test. After a failure it is a fresh one, so that a broken
 * kernel fails its own tests alone.
 */
export function testDevice(): Promise<Device> {
  return opened ??= testGpu().then((gpu) => openDevice(gpu, testMatmul)).then((device) => {
    device.failed.catch(() => opened = undefined);
    return device;
  });
}

afterAll(async () => (await opened)?.close());
