import { assert, assertEquals } from "@std/assert";
import { type ByteSource, byteSource, windowed } from "../../src/base/byte_source.ts";

/** Bytes that tell their position, and a source over them that notes what is read. */
function counted(size: number): { bytes: Uint8Array; source: ByteSource; reads: number[] } {
  const bytes = Uint8Array.from({ length: size }, (_, i) => Math.imul(i, 2654435761) >>> 24);
  const whole = byteSource("bytes", bytes), reads: number[] = [];
  const read = (offset: number, length: number) => {
    reads.push(length);
    return whole.read(offset, length);
  };
  return { bytes, source: { ...whole, read }, reads };
}

Deno.test("windowed() gives the bytes that are asked for, in any order and at the same time", async () => {
  const { bytes, source } = counted(1_000_003), window = windowed(source, 2 ** 18);
  const spans = Array.from({ length: 400 }, () => {
    const offset = Math.floor(Math.random() * bytes.length);
    return [offset, Math.floor(Math.random() ** 4 * (bytes.length - offset))];
  });
  const found = await Promise.all(spans.map(([offset, length]) => window.read(offset, length)));
  spans.forEach(([offset, length], i) => assertEquals(found[i], bytes.slice(offset, offset + length)));
});

Deno.test("windowed() needs few requests for what lies side by side, and reads little of what lies apart", async () => {
  const size = 2 ** 24, side = counted(size), apart = counted(size), long = counted(size);
  const inOrder = windowed(side.source, 2 ** 21);
  for (let at = 0; at + 1000 <= size; at += 1100) await inOrder.read(at, 1000);
  assert(side.reads.length <= 16, `${side.reads.length} requests`);
  const jumping = windowed(apart.source, 2 ** 21);
  for (let i = 0; i < 50; i++) await jumping.read(Math.imul(i, 7_654_321) % (size / 2) + size / 2, 1000);
  const most = Math.max(...apart.reads);
  assert(most <= 2 ** 16, `${most} bytes at once`);
  const files = windowed(long.source, 2 ** 21);
  for (let at = 0; at + 100_000 <= size; at += 100_100) await files.read(at, 100_000);
  assert(long.reads.length <= 16, `${long.reads.length} requests`);
});
