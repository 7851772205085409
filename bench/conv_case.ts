/** Times one convolution: forward, dgrad and wgrad separately, each checked beforehand. */
import { roundUp } from "../src/base/shape.ts";
import { tune } from "../src/core/choice.ts";
import type { Device } from "../src/core/device.ts";
import { withTape } from "../src/core/tape.ts";
import { type DType, type Tensor, tensorOf } from "../src/core/tensor.ts";
import { backward } from "../src/ops/backward.ts";
import { conv2d } from "../src/ops/conv2d.ts";
import type { ConvShape } from "../tests/reference/conv2d.ts";
import { dwAt, dxAt, forwardAt, noise, requireClose, samples, tolerance } from "./check.ts";
import { type Conv, convName, outputSize } from "./convs.ts";
import { recordBackward, type Recorded, recordForward } from "./recorded.ts";
import { type Patience, takeTurns, timedProgram } from "./timing.ts";

/** The three products of a convolution. */
export const PASSES = ["forward", "dgrad", "wgrad"] as const;
export type Pass = (typeof PASSES)[number];

/** How a convolution is run. */
export interface ConvRun {
  readonly batch: number;
  readonly dtype: DType;
  /** Which passes to time. */
  readonly passes: readonly Pass[];
  /** Measure the variants first, as training does at its start, and use the fastest. */
  readonly measured: boolean;
}

/** Checks and times a convolution; milliseconds by pass. @throws GpuError if a result is wrong */
export function timeConv(
  device: Device,
  conv: Conv,
  run: ConvRun,
  patience: Patience,
): Promise<Partial<Record<Pass, number>>> {
  return device.scope(async () => {
    const recorded = await checkedPasses(device, conv, run);
    const medians = await takeTurns(recorded.map(({ program }) => timedProgram(device, program)), patience);
    for (const { program } of recorded) program.free();
    return Object.fromEntries(run.passes.map((pass, i) => [pass, medians[i]]));
  });
}

/** Checks a convolution. @throws GpuError if a result is wrong */
export function checkConv(device: Device, conv: Conv, run: ConvRun): Promise<void> {
  return device.scope(async () => {
    for (const { program } of await checkedPasses(device, conv, run)) program.free();
  });
}

async function checkedPasses(device: Device, conv: Conv, run: ConvRun): Promise<Recorded[]> {
  const operands = makeOperands(device, conv, run);
  if (run.measured && device.gpu.features.has("timestamp-query")) await chooseVariants(operands, conv, run);
  const recorded: Recorded[] = [];
  for (const pass of run.passes) {
    const one = await recordPass(operands, conv, pass);
    recorded.push(one);
    await checkPass(operands, conv, pass, one);
  }
  return recorded;
}

/** The tensors of a convolution, on the GPU and on the host. */
interface Operands {
  readonly shape: ConvShape;
  readonly output: number;
  readonly x: Tensor;
  readonly w: Tensor;
  readonly dy: Tensor;
  readonly host: Readonly<Record<"x" | "w" | "dy", Float32Array>>;
}

function makeOperands(device: Device, conv: Conv, { batch, dtype }: ConvRun): Operands {
  const { size, channels, outputs, filter, stride, padding, groups = 1 } = conv;
  const c = roundUp(channels, 4), output = outputSize(conv);
  const shapes = {
    x: [batch, size, size, c],
    w: [filter, filter, c / groups, outputs],
    dy: [batch, output, output, outputs],
  };
  const make = (name: "x" | "w" | "dy", offset: number) => {
    const values = noise(shapes[name].reduce((a, b) => a * b), offset, dtype);
    if (name === "x") { for (let i = 0; i < values.length; i++) if (i % c >= channels) values[i] = 0; }
    return { values, tensor: tensorOf(device, values, shapes[name], dtype, name) };
  };
  const x = make("x", 0), w = make("w", 1000), dy = make("dy", 500_000);
  return {
    shape: { n: batch, h: size, w: size, c, r: filter, s: filter, k: outputs, stride, padding, groups },
    output,
    x: x.tensor,
    w: w.tensor,
    dy: dy.tensor,
    host: { x: x.values, w: w.values, dy: dy.values },
  };
}

async function chooseVariants({ x, w, dy }: Operands, conv: Conv, { passes }: ConvRun): Promise<void> {
  x.needsGrad = passes.includes("dgrad");
  w.needsGrad = true;
  await tune(x.device, () => withTape(x.device, () => backward(conv2d(x, w, conv), dy)));
}

/** Records one pass; only the gradient of its own input is computed. */
async function recordPass({ x, w, dy }: Operands, conv: Conv, pass: Pass): Promise<Recorded> {
  x.needsGrad = pass === "dgrad";
  w.needsGrad = pass === "wgrad";
  const forward = () => conv2d(x, w, conv);
  if (pass === "forward") return await recordForward(x.device, forward);
  return await recordBackward(x.device, [x, w], forward, dy);
}

async function checkPass(operands: Operands, conv: Conv, pass: Pass, recorded: Recorded): Promise<void> {
  const { shape, output, x: { dtype }, host: { x, w, dy } } = operands, { groups = 1 } = shape;
  recorded.program.run();
  const values = await recorded.results[0].read(); // GPU sync point
  const naive = {
    forward: (i: number) => forwardAt(x, w, shape, output, output, i),
    dgrad: (i: number) => dxAt(dy, w, shape, output, output, i),
    wgrad: (i: number) => dwAt(x, dy, shape, output, output, i),
  }[pass];
  const terms = {
    forward: shape.r * shape.s * shape.c / groups,
    dgrad: shape.r * shape.s * shape.k / groups,
    wgrad: shape.n * output * output,
  }[pass];
  const at = samples(values.length);
  const what = `conv2d ${pass} of ${convName(conv)}`;
  requireClose(what, at.map((i) => values[i]), at.map(naive), tolerance(dtype, terms));
}
