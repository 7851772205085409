/** Damaged ONNX files: each ends in a value or a typed error, soon, and in little memory. */
import { assert } from "@std/assert";
import { type Rng, rng } from "../../../src/base/rng.ts";
import { readOnnxInfo, readOnnxInitializers } from "../../../src/formats/onnx/read.ts";
import { all } from "./files.ts";

/** Copies of `all` with something broken: bytes changed, parts left out, doubled or cut off, lengths made huge. */
function damaged(random: Rng): Uint8Array {
  let bytes = new Uint8Array(all);
  for (let change = random.integer(6); change >= 0; change--) {
    const at = random.integer(bytes.length), to = Math.min(bytes.length, at + random.integer(24));
    const kind = random.integer(6);
    if (kind <= 1) bytes[at] ^= 1 << random.integer(8);
    else if (kind === 2) bytes[at] = 255;
    else if (kind === 3) bytes = new Uint8Array([...bytes.subarray(0, at), ...bytes.subarray(to)]);
    else if (kind === 4) bytes = new Uint8Array([...bytes.subarray(0, to), ...bytes.subarray(at)]);
    else {bytes = new Uint8Array([
        ...bytes.subarray(0, at),
        0xff,
        0xff,
        0xff,
        0xff,
        0x7f,
        ...bytes.subarray(to),
      ]);}
    if (bytes.length === 0) break;
  }
  return bytes;
}

/** Reads `count` damaged files. */
export function fuzzOnnx(count: number, seed: number): void {
  const before = Deno.memoryUsage().rss;
  let values = 0, slowest = 0;
  for (let i = 0; i < count; i++) {
    const bytes = damaged(rng(seed, "mutation", i)), start = performance.now();
    for (const read of [readOnnxInitializers, readOnnxInfo]) {
      try {
        read(bytes);
        values++;
      } catch (error) {
        const isTyped = error instanceof SyntaxError || error instanceof RangeError;
        assert(isTyped && error.message.startsWith("Cannot read ONNX"), `${i}: ${error}`);
      }
    }
    slowest = Math.max(slowest, performance.now() - start);
  }
  assert(slowest < 2000, `the slowest took ${slowest} ms`);
  assert(Deno.memoryUsage().rss - before < 512 * 2 ** 20);
  assert(values > count / 10 && values < 1.9 * count, `${values} of ${2 * count} gave a value`);
}
