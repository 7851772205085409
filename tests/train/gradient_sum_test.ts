import { assertEquals } from "@std/assert";
import { bucketsOf } from "../../src/train/gradient_sum.ts";

const MIB = 2 ** 18; // elements

Deno.test("bucketsOf() goes from the last filter to the first, then over norms and biases", () => {
  const layout = { trained: [0, 2 * MIB + 512], decayed: 2 * MIB } as const;
  assertEquals(bucketsOf(layout, 25), [[0, 2 * MIB], [2 * MIB, 2 * MIB + 512]]);
  assertEquals(bucketsOf(layout, .75), [
    [1.25 * MIB, 2 * MIB],
    [.5 * MIB, 1.25 * MIB],
    [0, .5 * MIB],
    [2 * MIB, 2 * MIB + 512],
  ]);
});

Deno.test("bucketsOf() leaves out what is frozen, and has none that is empty", () => {
  assertEquals(bucketsOf({ trained: [256, 1024], decayed: 768 }, 25), [[256, 768], [768, 1024]]);
  assertEquals(bucketsOf({ trained: [768, 1024], decayed: 768 }, 25), [[768, 1024]]);
  assertEquals(bucketsOf({ trained: [256, 768], decayed: 768 }, 25), [[256, 768]]);
  assertEquals(bucketsOf({ trained: [768, 768], decayed: 768 }, 25), []);
});

Deno.test("a bucket has at least 128 elements, and begins at a multiple of them", () => {
  assertEquals(bucketsOf({ trained: [0, 384], decayed: 256 }, 1e-9), [[128, 256], [0, 128], [256, 384]]);
});
