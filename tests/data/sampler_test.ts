import { assert, assertAlmostEquals, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../src/base/errors.ts";
import { sampler, type SamplerOptions, shuffledOrder } from "../../src/data/sampler.ts";

const base: SamplerOptions = { mode: "disabled", weights: {}, num_samples: null, replacement: true };
const classes = ["0", "00", "23", "7"];

/** Samples of classes in mixed order: `counts[label]` of each. */
function source(counts: readonly number[], seed = 42) {
  const samples = counts.flatMap((count, label) =>
    Array.from({ length: count }, (_, i) => ({ path: `${label}/${i}.jpg`, label }))
  );
  const order = shuffledOrder(samples.length, 5, 0);
  return { samples: Array.from(order, (i) => samples[i]), classes, seed };
}

function make(options: Partial<SamplerOptions>, counts: readonly number[], seed?: number) {
  return sampler({ ...base, ...options }, source(counts, seed));
}

/** How often each sample is among those drawn in `epochs` epochs. */
function tally(options: Partial<SamplerOptions>, counts: readonly number[], epochs: number) {
  const made = make(options, counts);
  const seen = new Float64Array(source(counts).samples.length);
  for (let epoch = 0; epoch < epochs; epoch++) for (const i of made.draw(epoch).order) seen[i]++;
  return seen;
}

/** Each sample's chance to be among `draws` drawn one after the other without replacement, by walking all ways. */
function inclusion(weights: readonly number[], draws: number): number[] {
  const chances = weights.map(() => 0);
  const walk = (left: readonly number[], chance: number, drawsLeft: number) => {
    if (drawsLeft === 0) return;
    const sum = left.reduce((total, i) => total + weights[i], 0);
    for (const i of left) {
      const each = chance * weights[i] / sum;
      chances[i] += each;
      walk(left.filter((other) => other !== i), each, drawsLeft - 1);
    }
  };
  walk(weights.map((_, i) => i), 1, draws);
  return chances;
}

Deno.test("a disabled sampler sees each sample once, in another order each epoch", () => {
  const made = make({}, [5, 3, 9, 2]);
  assertEquals(made.length, 19);
  assertEquals([...made.draw(0).order].sort((a, b) => a - b), Array.from({ length: 19 }, (_, i) => i));
  assertNotEquals(made.draw(0).order, made.draw(1).order);
  assertEquals(made.draw(4).drawn, {
    epoch: 4,
    drawn: Uint32Array.of(5, 3, 9, 2),
    expected: Float64Array.of(5, 3, 9, 2),
  });
});

Deno.test("an epoch is a function of seed and epoch alone", () => {
  for (
    const options of [{}, { mode: "auto" }, { mode: "manual", replacement: false, num_samples: 7 }] as const
  ) {
    const [one, two] = [make(options, [5, 3, 9, 2]), make(options, [5, 3, 9, 2])];
    two.draw(0).order;
    assertEquals(one.draw(3).order, two.draw(3).order);
    assertNotEquals(one.draw(3).order, one.draw(4).order);
    assertNotEquals(one.draw(3).order, make(options, [5, 3, 9, 2], 43).draw(3).order);
  }
});

Deno.test("an auto sampler draws every class alike and every sample of a class alike", () => {
  const counts = [400, 30, 7, 163], epochs = 60;
  const made = make({ mode: "auto" }, counts);
  assertEquals(made.length, 600);
  const total = new Float64Array(4);
  for (let epoch = 0; epoch < epochs; epoch++) {
    const { drawn, expected } = made.draw(epoch).drawn;
    expected.forEach((value) => assertAlmostEquals(value, 150, 1e-9));
    assertEquals(drawn.reduce((a, b) => a + b), 600);
    drawn.forEach((count, label) => total[label] += count);
  }
  const each = 600 * epochs / 4, sigma = Math.sqrt(600 * epochs * 0.25 * 0.75);
  total.forEach((count) => assert(Math.abs(count - each) < 4 * sigma, `${count} of ${each}`));
  const { samples } = source(counts);
  const seen = tally({ mode: "auto" }, counts, epochs);
  const chi = samples.reduce((sum, { label }, i) => {
    const expected = each / counts[label];
    return sum + (seen[i] - expected) ** 2 / expected;
  }, 0);
  // Chi-square of 599 degrees of freedom: mean 599, standard deviation sqrt(2 * 599).
  assert(Math.abs(chi - 599) < 4 * Math.sqrt(2 * 599), `chi-square is ${chi}`);
});

Deno.test("manual weights act by class: absent ones are 1, those of weight 0 are never drawn", () => {
  const counts = [50, 20, 10, 40];
  const made = make({ mode: "manual", weights: { "23": 6, "00": 0, "7": 0.5 }, num_samples: 1300 }, counts);
  assertEquals(made.length, 1300);
  const { drawn, expected } = made.draw(0).drawn;
  assertEquals([...expected], [1300 * 50 / 130, 0, 1300 * 60 / 130, 1300 * 20 / 130]);
  assertEquals(drawn[1], 0);
  drawn.forEach((count, label) => {
    assert(Math.abs(count - expected[label]) <= 4 * Math.sqrt(expected[label]), `class ${label}: ${count}`);
  });
});

Deno.test("drawing without replacement has the chances of drawing one after the other", () => {
  const counts = [2, 1, 3, 1], epochs = 20000;
  const weights = { "0": 1, "00": 4, "23": 0.5, "7": 2 } as const;
  const options = { mode: "manual", weights, num_samples: 3, replacement: false } as const;
  const { samples } = source(counts);
  const byName = samples.map(({ label }) => weights[classes[label] as keyof typeof weights]);
  const seen = tally(options, counts, epochs);
  inclusion(byName, 3).forEach((chance, i) => {
    const sigma = Math.sqrt(epochs * chance * (1 - chance));
    assert(
      Math.abs(seen[i] - epochs * chance) < 4.5 * sigma,
      `sample ${i}: ${seen[i] / epochs}, not ${chance}`,
    );
  });
});

Deno.test("the first sample that is drawn without replacement follows the weights", () => {
  const made = make({ mode: "manual", weights: { "7": 5 }, num_samples: 2, replacement: false }, [
    4,
    0,
    0,
    2,
  ]);
  const { samples } = source([4, 0, 0, 2]);
  let sevens = 0;
  for (let epoch = 0; epoch < 10000; epoch++) if (samples[made.draw(epoch).order[0]].label === 3) sevens++;
  const chance = 10 / 14, sigma = Math.sqrt(10000 * chance * (1 - chance));
  assert(Math.abs(sevens - 10000 * chance) < 4.5 * sigma, `${sevens}`);
});

Deno.test("without replacement no sample comes twice, and what is expected is what comes on average", () => {
  const counts = [300, 25, 60, 90], epochs = 400;
  const options = { mode: "auto", num_samples: 200, replacement: false } as const;
  const made = make(options, counts);
  const total = new Float64Array(4);
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = made.draw(epoch).order;
    assertEquals([order.length, new Set(order).size], [200, 200]);
    made.draw(epoch).drawn.drawn.forEach((count, label) => total[label] += count / epochs);
  }
  const { expected } = made.draw(0).drawn;
  assertAlmostEquals(expected.reduce((a, b) => a + b), 200, 1e-6);
  expected.forEach((value, label) => assertAlmostEquals(total[label], value, 1));
});

Deno.test("without replacement and without a number, all samples of nonzero weight are drawn", () => {
  const made = make({ mode: "manual", weights: { "23": 0 }, replacement: false }, [5, 3, 9, 2]);
  assertEquals(made.length, 10);
  assertEquals(made.draw(0).drawn.drawn, Uint32Array.of(5, 3, 0, 2));
  assertEquals(made.draw(0).drawn.expected, Float64Array.of(5, 3, 0, 2));
});

Deno.test("classes without a sample are neither expected nor drawn", () => {
  for (const replacement of [true, false]) {
    const { drawn, expected } = make({ mode: "auto", replacement }, [5, 0, 9, 2]).draw(0).drawn;
    assertEquals([drawn[1], expected[1]], [0, 0]);
    assertEquals(drawn.reduce((a, b) => a + b), 16);
  }
});

for (
  const [name, options, says] of [
    [
      "a class that is not there",
      { mode: "manual", weights: { "24": 2 } },
      'Cannot weight class "24" in data.sampler.weights: train has no such class; did you mean "23"?',
    ],
    [
      "a class that resembles none",
      { mode: "manual", weights: { referee: 2 } },
      'Cannot weight class "referee" in data.sampler.weights: train has no such class; classes are "0", "00", "23", "7"',
    ],
    [
      "more draws than samples without replacement",
      { mode: "manual", weights: { "23": 0 }, num_samples: 11, replacement: false },
      "Cannot draw 11 samples without replacement: only 10 have a weight above 0; " +
      "lower data.sampler.num_samples to at most 10 or set data.sampler.replacement=true",
    ],
    [
      "weights that are all 0",
      { mode: "manual", weights: { "0": 0, "00": 0, "23": 0, "7": 0 } },
      "Cannot draw samples: every class with images has weight 0; raise one of data.sampler.weights",
    ],
    [
      "weights that the mode does not read",
      { mode: "auto", weights: { "0": 2 } },
      "Cannot use data.sampler.weights because the mode is auto: set data.sampler.mode=manual",
    ],
    [
      "a number that the mode does not read",
      { num_samples: 5 },
      'Cannot draw data.sampler.num_samples=5: mode "disabled" draws each image exactly once; ' +
      "set data.sampler.mode=manual, which weighs all images 1 unless weights are given",
    ],
  ] as [string, Partial<SamplerOptions>, string][]
) {
  Deno.test(`sampler() refuses ${name}`, () => {
    const error = assertThrows(() => make(options, [5, 3, 9, 2]), ConfigError);
    assertEquals(error.message, says);
  });
}
