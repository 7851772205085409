import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { type ByteSource, byteSource } from "../../src/base/byte_source.ts";
import { DataError } from "../../src/base/errors.ts";
import { float32, writeSafetensors } from "../../src/formats/safetensors.ts";
import { readSafetensors } from "../../src/formats/safetensors.ts";
import { openSealed, readSeal, writeSealed } from "../../src/formats/sealed.ts";

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

Deno.test("openSealed() gives no tensor of a file with another bit anywhere", async () => {
  const bytes = await writeSealed(tensors(1), new Map([["format", "pt"]]));
  const load = async (content: Uint8Array) => {
    const { tensors } = await openSealed(byteSource("best.safetensors", content));
    return [...(await tensors.get("w")!.load()).data];
  };
  assertEquals(await load(bytes), Array<number>(500).fill(1));
  const end = bytes.length - 500 * 4;
  for (let i = 0; i < 20; i++) {
    const flipped = bytes.slice(), at = end + Math.floor(Math.random() * 2000);
    flipped[at] ^= 1 << Math.floor(Math.random() * 8);
    await assertRejects(
      () => load(flipped),
      DataError,
      "Cannot load best.safetensors: the checksum does not match, so the file is damaged",
      `byte ${at}`,
    );
  }
});
