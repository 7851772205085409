import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { requireClose, tolerance } from "../../bench/check.ts";
import { type Conv, layersOf } from "../../bench/convs.ts";
import { torchConv, wgradConv } from "../../bench/peers/compared_conv.ts";
import { openJaxJs } from "../../bench/peers/jax_js.ts";
import { load, MissingPackage } from "../../bench/peers/peer.ts";
import { type NetOps, network } from "../../bench/peers/network.ts";
import { openTfjs } from "../../bench/peers/tfjs.ts";
import { INPUT } from "../../src/nn/layers/layer.ts";
import type { Layer } from "../../src/nn/layers/mod.ts";
import { openDevice } from "../../src/core/device.ts";
import { openGpu } from "../../src/host/deno_gpu.ts";
import { gpuTest } from "../rings.ts";

Deno.test("network() walks the layers, and counts each use of a value but the last", () => {
  const layers = layersOf("resnet18", 10), again: string[] = [], seen: string[] = [];
  const op = ({ name, inputs }: Layer, ...given: string[]) => {
    seen.push(name);
    assertEquals(given, inputs);
    return name;
  };
  const kinds = new Set(layers.map(({ kind }) => kind));
  const ops: NetOps<string> = {
    layers: Object.fromEntries([...kinds].map((kind) => [kind, op])),
    again(name) {
      again.push(name);
      return name;
    },
  };
  assertEquals(network(layers, ops, INPUT), "fc");
  assertEquals(seen, layers.map(({ name }) => name));
  const blocks = [1, 2, 3, 4].flatMap((stage) => [`layer${stage}.0.relu_1`, `layer${stage}.1.relu_1`]);
  assertEquals(again, ["maxpool", ...blocks.slice(0, -1)]);
  assertThrows(() => network(layers, { ...ops, layers: {} }, INPUT), RangeError, "no op here for conv");
});

Deno.test("load() says which package is missing, and the cure", async () => {
  await assertRejects(() => load("@tensorflow/none"), MissingPackage, "run ./setup.sh --dev");
});

const small: Conv = { size: 9, channels: 4, outputs: 8, filter: 3, stride: 2, padding: 1 };

for (const [name, open] of Object.entries({ tfjs: openTfjs, "jax-js": openJaxJs })) {
  const leaks = { sanitizeOps: false, sanitizeResources: false }; // the peers keep their devices open
  gpuTest(`${name} computes the y, dx and dw of a convolution that wgrad computes`, async () => {
    const device = await openDevice(await openGpu());
    const given = torchConv(small, 2);
    const own = await wgradConv(device, given), peer = await (await open()).conv(given);
    await peer.run();
    await peer.wait();
    const actual = await peer.results(), expected = await own.results();
    for (const part of ["y", "dx", "dw"] as const) {
      requireClose(part, Array.from(actual[part]), Array.from(expected[part]), tolerance("f32", 72));
    }
    peer.free();
    own.free();
    assertEquals(device.pool.stats().live, 0);
    device.close();
  }, leaks);
}
