import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { rng } from "../../../src/base/rng.ts";
import type { Device } from "../../../src/core/device.ts";
import { recordProgram } from "../../../src/core/program.ts";
import { persistent } from "../../../src/core/tensor.ts";
import { clipByNorm } from "../../../src/optim/clip.ts";
import type { StepDecision } from "../../../src/optim/decision.ts";
import { adamw } from "../../../src/optim/optimizers/adamw.ts";
import type { FlatParameters, Optimizer } from "../../../src/optim/optimizers/optimizer.ts";
import { STEP_SCALARS, stepScalars } from "../../../src/optim/step_scalars.ts";
import { deviceTest } from "../../core/fixtures.ts";
import { type AdamWState, adamwStep, clipGradNorm } from "../../reference/adamw.ts";
import { difference } from "../../reference/compare.ts";
import { randomNormal } from "../../reference/random.ts";

const size = 1000, steps = 8, maxNorm = 1;

/** The options that matter to the update. */
interface Options {
  readonly betas: readonly [number, number];
  readonly eps: number;
  readonly weightDecay: number;
}

/** An optimiser of which norms and biases do not decay. */
function make({ betas: [first, second], eps, weightDecay }: Options, parameters: FlatParameters): Optimizer {
  const options = {
    lr: 1,
    betas: [first, second],
    eps,
    weight_decay: weightDecay,
    decay_norm_and_bias: false,
  };
  return adamw.make(adamw.options.parse(options), parameters);
}

/** A decision that was made: whether the step is taken, and how many were with it. */
function decided(device: Device, taken: readonly [number, number], skips = false): StepDecision {
  const tensor = persistent(device, [2], "f32", "decision");
  tensor.write(taken);
  return { taken: tensor, skips, decide: () => {}, free: () => tensor.free() };
}

/** What happens in a run: start values, the gradients of each step, and the learning rate. */
interface Plan {
  options: Options;
  /** Elements that decay. */
  decayed: number;
  start: Float32Array;
  gradients: Float32Array[];
  lr(step: number): number;
}

function plan(options: Options, decayed: number): Plan {
  const draw = rng(1, "adamw");
  return {
    options,
    decayed,
    start: randomNormal(draw, size),
    gradients: Array.from({ length: steps }, (_, step) => randomNormal(draw, size, step % 2 ? 3 : .01)),
    lr: (step) => 1e-3 * (1 + step),
  };
}

/** The values after each step on the GPU, replayed from a program or encoded each time. */
async function run(device: Device, given: Plan, replay: boolean): Promise<Float32Array[]> {
  const zeros = (length: number, label: string) => persistent(device, [length], "f32", label);
  const values = zeros(size, "values"), gradients = zeros(size, "gradients");
  const scalars = zeros(STEP_SCALARS, "scalars"), clip = zeros(2, "clip");
  const optimizer = make(given.options, { values, decayed: given.decayed });
  const decision = decided(device, [1, 1]);
  const encode = () => {
    clipByNorm(gradients, clip, maxNorm);
    optimizer.step({ gradients, scalars, clip, decision });
    return [];
  };
  const program = replay ? await recordProgram(device, encode) : undefined;
  values.write(given.start);
  const after: Float32Array[] = [];
  for (const [step, gradient] of given.gradients.entries()) {
    gradients.write(gradient);
    scalars.write(stepScalars(optimizer.scalars(step + 1, given.lr(step))));
    if (program) program.run();
    else device.scope(encode);
    after.push(await values.read());
  }
  program?.free();
  for (const part of [optimizer, decision, values, gradients, scalars, clip]) part.free();
  return after;
}

/** The same in float64; elements from `decayed` on have no decay. */
function oracle({ options, decayed, start, gradients, lr }: Plan): Float64Array[] {
  const { betas, eps, weightDecay } = options;
  let halves = [start.subarray(0, decayed), start.subarray(decayed)].map((values): AdamWState => {
    const zeros = () => new Float64Array(values.length);
    return { param: Float64Array.from(values), m: zeros(), v: zeros() };
  });
  return gradients.map((gradient, at) => {
    const clipped = clipGradNorm([Float64Array.from(gradient)], maxNorm).gradients[0];
    const parts = [clipped.subarray(0, decayed), clipped.subarray(decayed)];
    halves = halves.map((state, i) =>
      adamwStep(state, parts[i], {
        lr: lr(at),
        betas,
        eps,
        weightDecay: i === 0 ? weightDecay : 0,
        step: at + 1,
      })
    );
    return Float64Array.from([...halves[0].param, ...halves[1].param]);
  });
}

const cases: [string, Options, number][] = [
  ["with decay on all", { betas: [.9, .999], eps: 1e-8, weightDecay: 1e-2 }, size],
  ["with decay on the first 300 elements", { betas: [.9, .999], eps: 1e-8, weightDecay: .5 }, 300],
  ["without decay", { betas: [.8, .95], eps: 1e-3, weightDecay: .5 }, 0],
  ["without momentum", { betas: [0, .9], eps: 1, weightDecay: 0 }, size],
];

for (const [what, options, decayed] of cases) {
  deviceTest(`adamw() ${what} follows the float64 reference for ${steps} steps`, async (device) => {
    const given = plan(options, decayed), expected = oracle(given);
    for (const [step, actual] of (await run(device, given, true)).entries()) {
      const worst = { op: "adamw", name: `step ${step}`, actual, expected: expected[step], tolerance: 2e-6 };
      const { share, index } = difference(worst);
      assert(share <= 1, `step ${step}, element ${index}: ${share} of the tolerance`);
    }
  });
}

deviceTest(
  "an elementwise optimiser limits each element of the unscaled gradient to maxValue",
  async (device) => {
    const options = { betas: [.9, .999], eps: 1e-8, weightDecay: 1e-2 } as const;
    const maxValue = .5, scale = 8, lr = 1e-2, draw = rng(7, "by value");
    const [values, slots, scalars, clip, scaling] = [size, size, STEP_SCALARS, 2, 1].map((length) =>
      persistent(device, [length])
    );
    const start = randomNormal(draw, size), gradient = randomNormal(draw, size);
    values.write(start);
    slots.write(gradient.map((value) => scale * value));
    scaling.write([scale]);
    const optimizer = make(options, { values, decayed: size });
    const decision = decided(device, [1, 1]);
    scalars.write(stepScalars(optimizer.scalars(1, lr)));
    device.scope(() => {
      clipByNorm(slots, clip, null, scaling);
      optimizer.step({ gradients: slots, scalars, clip, maxValue, decision });
    });
    const zeros = () => new Float64Array(size);
    const clipped = Float64Array.from(gradient, (value) => Math.min(maxValue, Math.max(-maxValue, value)));
    const { param, m } = adamwStep({ param: Float64Array.from(start), m: zeros(), v: zeros() }, clipped, {
      ...options,
      lr,
      step: 1,
    });
    const cases: [string, Float32Array, Float64Array][] = [
      ["values", await values.read(), param],
      ["first moments", await optimizer.states.get("adamw.m")!.read(), m],
    ];
    for (const [name, actual, expected] of cases) {
      const worst = { op: "adamw", name, actual, expected, tolerance: 2e-6 };
      assert(difference(worst).share <= 1, JSON.stringify(difference(worst)));
    }
    for (const part of [optimizer, decision, values, slots, scalars, clip, scaling]) part.free();
  },
);

deviceTest(
  "adamw() gives each block of 128 its learning rate, and passes over what is frozen",
  async (device) => {
    const blocks = 9, trained = [2, 8] as const, decayed = 5; // in blocks
    const rates = Float32Array.from({ length: blocks }, (_, i) => .75 ** i), weightDecay = .5;
    const options = { betas: [.9, .999], eps: 1e-8, weightDecay } as const;
    const draw = rng(5, "blocks"), zeros = (length: number) => persistent(device, [length]);
    const isTrained = (block: number) => block >= trained[0] && block < trained[1];
    const start = randomNormal(draw, 128 * blocks);
    const gradients = Array.from(
      { length: steps },
      () => randomNormal(draw, 128 * blocks).map((value, i) => isTrained(Math.floor(i / 128)) ? value : 0),
    );
    const tensors = [128 * blocks, 128 * blocks, STEP_SCALARS, 2, blocks].map(zeros);
    const [values, slots, scalars, clip, table] = tensors;
    table.write(rates);
    values.write(start);
    const flat = { values, decayed: 128 * decayed, rates: table };
    const optimizer = make(options, { ...flat, trained: [128 * trained[0], 128 * trained[1]] });
    const decision = decided(device, [1, 1]);
    let states = Array.from({ length: blocks }, (_, block): AdamWState => {
      const param = Float64Array.from(start.subarray(128 * block, 128 * block + 128));
      return { param, m: new Float64Array(128), v: new Float64Array(128) };
    });
    for (const [step, gradient] of gradients.entries()) {
      slots.write(gradient);
      scalars.write(stepScalars(optimizer.scalars(step + 1, 1e-2)));
      device.scope(() => {
        clipByNorm(slots, clip, maxNorm);
        optimizer.step({ gradients: slots, scalars, clip, decision });
      });
      const clipped = clipGradNorm([Float64Array.from(gradient)], maxNorm).gradients[0];
      states = states.map((state, block) => {
        if (!isTrained(block)) return state;
        const decay = block < decayed ? weightDecay : 0;
        const rule = { ...options, lr: 1e-2 * rates[block], weightDecay: decay, step: step + 1 };
        return adamwStep(state, clipped.subarray(128 * block, 128 * block + 128), rule);
      });
      const actual = await values.read(), expected = states.flatMap(({ param }) => [...param]);
      const worst = { op: "adamw", name: `step ${step}`, actual, expected, tolerance: 2e-6 };
      assert(difference(worst).share <= 1, JSON.stringify(difference(worst)));
      assertEquals(actual.subarray(0, 128 * trained[0]), start.subarray(0, 128 * trained[0]));
      assertEquals(actual.subarray(128 * trained[1]), start.subarray(128 * trained[1]));
    }
    for (const part of [optimizer, decision, ...tensors]) part.free();
  },
);

deviceTest(
  "adamw() replayed gives what it gives encoded anew, bit for bit, and frees its memory",
  async (device) => {
    const given = plan(cases[1][1], 300), { live } = device.pool.stats();
    assertEquals(await run(device, given, true), await run(device, given, false));
    assertEquals(device.pool.stats().live, live);
  },
);

deviceTest(
  "adamw() decays up to its boundary and leaves the rest alone where gradients are zero",
  async (device) => {
    const given = plan({ betas: [.9, .999], eps: 1e-8, weightDecay: .5 }, 300);
    const still = { ...given, gradients: [new Float32Array(size)], lr: () => .125 };
    const [values] = await run(device, still, true);
    const kept = given.start.map((value, i) => value * (i < 300 ? 1 - .125 * .5 : 1));
    assertEquals(values, kept);
  },
);

deviceTest("scalars() are PyTorch's bias corrections in float64", (device) => {
  const options = { betas: [.9, .999], eps: 1e-8, weightDecay: .1 } as const;
  const { scalars } = make(options, { values: persistent(device, [4]), decayed: 4 });
  const [kept, rate, spread] = scalars(1, .5);
  assertAlmostEquals(kept, .95, 1e-15);
  assertAlmostEquals(rate, 5, 1e-14);
  assertAlmostEquals(spread, Math.sqrt(.001), 1e-15);
  assertAlmostEquals(scalars(10_000, .5)[1], .5, 1e-15);
});

deviceTest(
  "in mixed precision the first values have f16 copies, and a step that is not taken changes nothing",
  async (device) => {
    const values = persistent(device, [24]), gradients = persistent(device, [24]);
    const halves = persistent(device, [16], "f16");
    const scalars = persistent(device, [STEP_SCALARS]), clip = persistent(device, [2]);
    const optimizer = make({ betas: [.9, .999], eps: 1e-8, weightDecay: .1 }, {
      values,
      halves,
      decayed: 24,
    });
    const start = randomNormal(rng(3, "values"), 24);
    values.write(start);
    gradients.write(randomNormal(rng(3, "gradients"), 24));
    clip.write([1, .5]);
    scalars.write(stepScalars([.9, 1e-2, .1, 1e-2]));
    const step = async (taken: number) => {
      const decision = decided(device, [taken, 1]);
      optimizer.step({ gradients, scalars, clip, decision });
      const after = await values.read();
      decision.free();
      return after;
    };
    assertEquals(await step(0), start);
    assertEquals(await optimizer.states.get("adamw.m")!.read(), new Float32Array(24));
    const after = await step(1);
    assert(after.every((value, i) => value !== start[i]));
    assertEquals(await halves.read(), Float32Array.from(Float16Array.from(after.subarray(0, 16))));
    for (const part of [optimizer, values, gradients, halves, scalars, clip]) part.free();
  },
);

deviceTest(
  "bias corrections on the GPU, by the steps that were taken, agree with the host's",
  async (device) => {
    for (const betas of [[.9, .999], [0, .5]] as const) {
      const make = (length: number) => persistent(device, [length]);
      const after = async (taken: number, hostStep: number, skips: boolean) => {
        const [values, gradients, scalars, clip] = [4, 4, STEP_SCALARS, 2].map(make);
        const options = { lr: 1, betas: [...betas] as [number, number], eps: 1e-8, weight_decay: 0 };
        const optimizer = adamw.make(adamw.options.parse(options), { values, decayed: 4 });
        const decision = decided(device, [1, taken], skips);
        gradients.write([1, -2, .5, 3]);
        clip.write([1, 1]);
        scalars.write(stepScalars(optimizer.scalars(hostStep, 1e-3)));
        optimizer.step({ gradients, scalars, clip, decision });
        const result = await values.read();
        for (const part of [optimizer, decision, values, gradients, scalars, clip]) part.free();
        return result;
      };
      for (const step of [1, 2, 3, 4, 10, 100, 299, 300, 301, 1000, 12345, 200_000]) {
        const expected = await after(NaN, step, false), actual = await after(step, step + 7, true);
        actual.forEach((value, i) => assertAlmostEquals(value / expected[i], 1, 1e-6, `step ${step}`));
      }
    }
  },
);

deviceTest("adamw() updates more than a texture takes at once, each block at its rate", async (device) => {
  const count = 128 * 10_940, decayed = 128 * 8_700, rate = (block: number) => 1 + block % 7;
  const options = { betas: [.9, .999], eps: 1e-8, weightDecay: .5 } as const, lr = 1e-3;
  const draw = rng(9, "pieces"), start = randomNormal(draw, count), gradient = randomNormal(draw, count);
  const tensors = [count, count, STEP_SCALARS, 2, count / 128].map((length) => persistent(device, [length]));
  const [values, slots, scalars, clip, rates] = tensors;
  rates.write(Float32Array.from({ length: count / 128 }, (_, block) => rate(block)));
  values.write(start);
  slots.write(gradient);
  clip.write([1, 1]);
  const optimizer = make(options, { values, decayed, rates }), decision = decided(device, [1, 1]);
  scalars.write(stepScalars(optimizer.scalars(1, lr)));
  device.scope(() => optimizer.step({ gradients: slots, scalars, clip, decision }));
  const actual = await values.read();
  for (const i of [0, 127, 1_048_575, 1_048_576, decayed - 1, decayed, count - 1]) {
    const state = { param: Float64Array.of(start[i]), m: Float64Array.of(0), v: Float64Array.of(0) };
    const weightDecay = i < decayed ? .5 : 0, own = lr * rate(Math.floor(i / 128));
    const { param: [right] } = adamwStep(state, Float64Array.of(gradient[i]), {
      ...options,
      lr: own,
      weightDecay,
      step: 1,
    });
    assertAlmostEquals(actual[i], right, 1e-6, `element ${i}`);
  }
  for (const part of [optimizer, decision, ...tensors]) part.free();
});
