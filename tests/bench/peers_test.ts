import { assertEquals, assertRejects } from "@std/assert";
import { requireClose, tolerance } from "../../bench/check.ts";
import { type Conv, convName, convsOf } from "../../bench/convs.ts";
import { torchConv, wgradConv } from "../../bench/peers/compared_conv.ts";
import { openJaxJs } from "../../bench/peers/jax_js.ts";
import { load, MissingPackage } from "../../bench/peers/peer.ts";
import { type NetOps, resnet18 } from "../../bench/peers/resnet18.ts";
import { openTfjs } from "../../bench/peers/tfjs.ts";
import { openDevice } from "../../src/core/device.ts";
import { openGpu } from "../../src/host/deno_gpu.ts";
import { gpuTest } from "../rings.ts";

/** Sizes and channels in place of tensors. */
interface Image {
  readonly size: number;
  readonly channels: number;
}

Deno.test("resnet18() of the peers has the convolutions of the model", () => {
  const convs: Conv[] = [];
  const names: string[] = [];
  const ops: NetOps<Image> = {
    conv({ size, channels }, name, stride, padding) {
      names.push(name);
      const filter = name === "conv1.weight" ? 7 : name.includes("downsample") ? 1 : 3;
      const stage = Number(/^layer(\d)/.exec(name)?.[1] ?? 1), outputs = 64 * 2 ** (stage - 1);
      convs.push({ size, channels, outputs, filter, stride, padding });
      return { size: Math.floor((size + 2 * padding - filter) / stride) + 1, channels: outputs };
    },
    norm: (x) => x,
    relu: (x) => x,
    add(x, y) {
      assertEquals(x, y);
      return x;
    },
    maxPool: ({ size, channels }) => ({ size: Math.floor((size - 1) / 2) + 1, channels }),
    meanPool: ({ channels }) => ({ size: 1, channels }),
    linear: (x) => x,
    again: (x) => x,
  };
  assertEquals(resnet18(ops, { size: 224, channels: 3 }), { size: 1, channels: 512 });
  assertEquals(convs.map(convName).sort(), convsOf("resnet18", 224).map(convName).sort());
  assertEquals(new Set(names).size, 20);
});

Deno.test("load() says which package is missing, and the cure", async () => {
  await assertRejects(() => load("@tensorflow/none"), MissingPackage, "run deno install");
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
