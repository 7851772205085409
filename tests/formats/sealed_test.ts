import { assertEquals, assertMatch } from "@std/assert";
import { type ByteSource, byteSource } from "../../src/base/byte_source.ts";
import { float32, writeSafetensors } from "../../src/formats/safetensors.ts";
import { readSafetensors } from "../../src/formats/safetensors.ts";
import { readSeal, writeSealed } from "../../src/formats/sealed.ts";

const tensors = (value: number) => new Map([["w", float32([500], new Float32Array(500).fill(value))]]);

Deno.test("readSeal() gives a file's digest from its header alone", async () => {
  const bytes = await writeSealed(tensors(1), new Map([["format", "pt"]]));
  let read = 0;
  const whole = byteSource("x", bytes);
  const source: ByteSource = {
    ...whole,
    read(offset, length) {
      read += length;
      return whole.read(offset, length);
    },
  };
  const seal = await readSeal(source);
  assertMatch(seal!, /^[0-9a-f]{64}$/);
  assertEquals(seal, readSafetensors(bytes).metadata.get("wgrad.sha256"));
  assertEquals(read < 300, true, `${read} bytes of ${bytes.length} were read`);
});

Deno.test("readSeal() differs with the content, and is undefined where there is none", async () => {
  const seal = async (bytes: Uint8Array) => await readSeal(byteSource("x", bytes));
  const one = await seal(await writeSealed(tensors(1), new Map()));
  const two = await seal(await writeSealed(tensors(2), new Map()));
  assertEquals(one === two, false);
  assertEquals(await seal(writeSafetensors(tensors(1), new Map())), undefined);
  assertEquals(await seal(new Uint8Array(5)), undefined);
  assertEquals(await seal(new Uint8Array(20).fill(255)), undefined);
});
