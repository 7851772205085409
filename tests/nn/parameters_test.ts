import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { rng } from "../../src/base/rng.ts";
import { elements } from "../../src/base/shape.ts";
import type { Device } from "../../src/core/device.ts";
import { type DeclaredLayers, declareLayers } from "../../src/nn/declare_layers.ts";
import { INPUT } from "../../src/nn/layers/layer.ts";
import { chain } from "../../src/nn/layers/mod.ts";
import { ParameterSet, type StateTensor } from "../../src/nn/parameters.ts";
import { deviceTest } from "../core/fixtures.ts";
import { randomNormal } from "../reference/random.ts";

/** A convolution, its norm and a classifier; by default channels and classes are no multiples of 4. */
function declared(from = 3, channels = 10, classes = 5): DeclaredLayers {
  return declareLayers(chain(INPUT, [
    { kind: "conv", name: "conv", from, to: channels, kernel: 3, stride: 1, padding: 0 },
    { kind: "batch_norm", name: "bn", channels },
    { kind: "linear", name: "fc", from: channels, to: classes },
  ]));
}

function small(device: Device, seed = 1): ParameterSet {
  const { parameters, buffers } = declared();
  return new ParameterSet(device, parameters, buffers, rng(seed, "init"));
}

/** A state dict of random values. */
function randomState(set: ParameterSet): Map<string, StateTensor> {
  const draw = rng(7);
  return new Map([...set.parameters, ...set.buffers].map(({ name, declaration: { torchShape: shape } }) => {
    return [name, { shape, values: randomNormal(draw, elements(shape)) }];
  }));
}

deviceTest("parameters lie one after the other, aligned to 256 bytes, decayed ones first", (device) => {
  const set = small(device);
  const places = [...set.parameters].sort((a, b) => a.tensor.byteOffset - b.tensor.byteOffset);
  assertEquals(places.map(({ name }) => name), [
    "conv.weight",
    "fc.weight",
    "bn.weight",
    "bn.bias",
    "fc.bias",
  ]);
  let end = 0;
  for (const { tensor, declaration } of places) {
    assertEquals(tensor.byteOffset % 256, 0);
    assertEquals(tensor.byteOffset, end);
    assertEquals(tensor.grad?.byteOffset, tensor.byteOffset);
    assertEquals(tensor.grad?.storage, set.gradients.storage);
    assertEquals(tensor.byteOffset / 4 < set.decayed, declaration.decays);
    end = Math.ceil((end + tensor.bytes) / 512) * 512; // so that f16 copies are aligned to 256 bytes
  }
  assertEquals([set.values.bytes, set.gradients.bytes], [end, end]);
  assertEquals(set.count, 10 * 3 * 9 + 2 * 10 + 5 * 10 + 5);
});

deviceTest("load() and state() carry every value, and leave zeros between them", async (device) => {
  const set = small(device), state = randomState(set);
  set.load(state);
  assertEquals(await set.state(), state);
  const kept = [...state.values()].flatMap(({ values }) => [...values]).filter((value) => value !== 0);
  const all = [...await set.values.read(), ...await set.statistics.read()].filter((value) => value !== 0);
  assertEquals(all.toSorted(), kept.toSorted());
});

deviceTest("gradientState() reads the slots by name", async (device) => {
  const set = small(device);
  const bias = set.parameters.find(({ name }) => name === "fc.bias")!;
  bias.tensor.grad!.write([1, 2, 3, 4, 5, 0, 0, 0]);
  const gradients = await set.gradientState();
  assertEquals([...gradients.keys()], set.parameters.map(({ name }) => name));
  assertEquals(gradients.get("fc.bias"), { shape: [5], values: Float32Array.of(1, 2, 3, 4, 5) });
  assertEquals(gradients.get("conv.weight")?.values, new Float32Array(270));
});

deviceTest("load() names what is missing or has another shape", (device) => {
  const set = small(device), state = randomState(set);
  state.delete("bn.running_var");
  state.set("fc.weight", { shape: [7, 10], values: new Float32Array(70) });
  assertThrows(
    () => set.load(state),
    RangeError,
    "Cannot load the state dict: its tensors do not fit:\n- 1 missing: bn.running_var [10]\n" +
      "- 1 of another shape: fc.weight [7, 10] instead of [5, 10]",
  );
  assertThrows(
    () => set.load(new Map()),
    RangeError,
    "- 7 missing: conv.weight [10, 3, 3, 3], bn.weight [10],",
  );
});

deviceTest("loadStored() does as load(), tensor by tensor, f16 copies included", async (device) => {
  const { parameters, buffers } = declared();
  const set = new ParameterSet(device, parameters, buffers, rng(1, "init"), "16-mixed");
  const state = randomState(set), fresh = new Set(["fc.bias"]);
  set.load(state, fresh);
  const expected = [await set.values.read(), await set.halves!.read(), await set.statistics.read()];
  set.load(
    new Map([...state].map(([name, { shape, values }]) => [name, { shape, values: values.map(() => 1) }])),
  );
  await set.loadStored(
    new Map(
      [...state].map(([name, { shape, values }]) => [name, { shape, values: () => Promise.resolve(values) }]),
    ),
    fresh,
  );
  assertEquals([await set.values.read(), await set.halves!.read(), await set.statistics.read()], expected);
});

deviceTest("load() gives what it is to leave out its start values again", async (device) => {
  const set = small(device), start = await set.state(), state = randomState(set);
  set.load(state, new Set(["fc.weight", "fc.bias"]));
  const loaded = await set.state();
  for (const name of ["fc.weight", "fc.bias"]) assertEquals(loaded.get(name), start.get(name));
  assertEquals(loaded.get("conv.weight"), state.get("conv.weight"));
});

deviceTest("start values depend on the seed and the name alone", async (device) => {
  const { parameters, buffers } = declared();
  const turned = new ParameterSet(device, parameters.toReversed(), buffers, rng(1, "init"));
  const state = await small(device).state(), other = await small(device, 2).state();
  const turnedState = await turned.state();
  for (const [name, tensor] of state) assertEquals(turnedState.get(name), tensor);
  assertNotEquals(other.get("conv.weight"), state.get("conv.weight"));
});

deviceTest(
  "start values are torchvision's: kaiming for filters, ones and zeros for norms",
  async (device) => {
    const { parameters, buffers } = declared(64, 64, 100);
    const set = new ParameterSet(device, parameters, buffers, rng(3));
    const state = await set.state();
    const filter = state.get("conv.weight")!.values, matrix = state.get("fc.weight")!.values;
    const deviation = (values: Float32Array) => Math.hypot(...values.subarray(0, 6400)) / 80;
    assert(Math.abs(deviation(filter) / Math.sqrt(2 / (64 * 9)) - 1) < .03);
    assert(Math.abs(deviation(matrix) / (1 / 8 / Math.sqrt(3)) - 1) < .03);
    assert(matrix.every((value) => Math.abs(value) <= 1 / 8));
    const constants = { "bn.weight": 1, "bn.bias": 0, "bn.running_mean": 0, "bn.running_var": 1 };
    for (const [name, value] of Object.entries(constants)) {
      assertEquals(state.get(name)?.values, new Float32Array(64).fill(value));
    }
  },
);

deviceTest("a parameter cannot be used before it is on a device; free() gives all memory back", (device) => {
  assertThrows(
    () => declared().parameters[0].tensor,
    RangeError,
    "Cannot use parameter conv.weight: the model is not on a device yet",
  );
  const { live } = device.pool.stats();
  small(device).free();
  assertEquals(device.pool.stats().live, live);
});
