/** Damaged .pth and .safetensors files: each ends in a value or a DataError, soon, and in little memory. */
import { assert } from "@std/assert";
import { unzipSync, zipSync } from "fflate";
import { byteSource } from "../../src/base/byte_source.ts";
import { DataError } from "../../src/base/errors.ts";
import { type Rng, rng } from "../../src/base/rng.ts";
import { readWeights } from "../../src/formats/weights.ts";
import { dict, legacyFile, tensor, zipFile } from "./torch_pickle/torch_file.ts";

const MOST_MS = 2000, MOST_BYTES = 512 * 2 ** 20;

const fixture = (name: string) => Deno.readFileSync(new URL(`../fixtures/parity/${name}`, import.meta.url));
const small = dict({
  a: tensor("0", 6, { size: [2, 3], strides: [3, 1] }),
  b: tensor("0", 6, { strides: [1], size: [4] }),
});
const seeds = [
  ...["state_dict.pth", "state_dict_legacy.pth", "lightning_like.ckpt", "evil.pth"].map(fixture),
  fixture("state_dict_expected.safetensors"),
  legacyFile(small, { "0": [1, 2, 3, 4, 5, 6] }),
  zipFile(small, { "0": [1, 2, 3, 4, 5, 6] }),
];

const opcodes = [
  ..."(0}.)]012NIJKMXcbRtudsaeqrhjgpQPoilVFGSTUBC\x80\x81\x82\x85\x86\x87\x88\x8a\x8b\x8c\x8d\x8e\x8f\x90\x91\x92\x93\x94\x95\x96",
]
  .map((character) => character.charCodeAt(0));
const lengths = [0, 1, 0x7f, 0xff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];

type Mutation = (bytes: Uint8Array, random: Rng) => Uint8Array;

const insert = (bytes: Uint8Array, at: number, what: ArrayLike<number>) =>
  Uint8Array.from([...bytes.subarray(0, at), ...Array.from(what), ...bytes.subarray(at)]);

const mutations: readonly Mutation[] = [
  (bytes, random) => { // bits
    const copy = bytes.slice();
    for (let i = random.integer(8); i >= 0; i--) copy[random.integer(copy.length)] ^= 1 << random.integer(8);
    return copy;
  },
  (bytes, random) => bytes.slice(0, random.integer(bytes.length)), // a cut
  (bytes, random) => { // a part of another file
    const other = seeds[random.integer(seeds.length)], from = random.integer(other.length);
    const part = other.subarray(from, from + 1 + random.integer(200));
    return insert(bytes, random.integer(bytes.length), part);
  },
  (bytes, random) => { // a piece less
    const at = random.integer(bytes.length);
    return Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + 1 + random.integer(40))]);
  },
  (bytes, random) =>
    // opcodes
    insert(
      bytes,
      random.integer(bytes.length),
      Array.from({ length: 1 + random.integer(20) }, () => opcodes[random.integer(opcodes.length)]),
    ),
  (bytes, random) => { // lengths
    const copy = bytes.slice(),
      view = new DataView(copy.buffer),
      value = lengths[random.integer(lengths.length)];
    view.setUint32(random.integer(copy.length - 4), value, true);
    return copy;
  },
  (bytes, random) =>
    // digits, which headers of safetensors are made of
    bytes.map((byte) => byte >= 48 && byte < 58 && random.integer(30) === 0 ? 48 + random.integer(10) : byte),
];

/** The pickle within a .zip, so that the archive around it stays whole. */
function mutatePickle(bytes: Uint8Array, random: Rng): Uint8Array {
  const files = unzipSync(bytes), [name] = Object.keys(files).filter((path) => path.endsWith("data.pkl"));
  files[name] = mutations[random.integer(mutations.length)](files[name], random).slice();
  return zipSync(files, { level: 0 });
}

/** Reads all that a file holds. */
async function readAll(bytes: Uint8Array): Promise<number> {
  const { tensors } = await readWeights(byteSource("fuzz.pth", bytes));
  for (const tensor of tensors.values()) await tensor.load();
  return tensors.size;
}

/** The most memory that the process has ever held, where the system says so. */
function peakBytes(): number {
  try {
    const [, kilobytes] = /VmHWM:\s*(\d+) kB/.exec(Deno.readTextFileSync("/proc/self/status")) ?? [];
    return Number(kilobytes ?? 0) * 1024;
  } catch {
    return 0; // not Linux
  }
}

/** Reads `count` damaged files. */
export async function fuzzWeights(count: number, seed: number): Promise<void> {
  const random = rng(seed, "weights"), before = peakBytes();
  let read = 0, slowest = 0;
  for (let i = 0; i < count; i++) {
    const own = random.fork(i), whole = seeds[own.integer(seeds.length)];
    const isZip = whole[0] === 0x50 && own.integer(2) === 0;
    const bytes = isZip ? mutatePickle(whole, own) : mutations[own.integer(mutations.length)](whole, own);
    const started = performance.now();
    try {
      await readAll(bytes);
      read++;
    } catch (error) {
      if (!(error instanceof DataError)) throw new Error(`file ${i} ended otherwise`, { cause: error });
    }
    slowest = Math.max(slowest, performance.now() - started);
    assert(slowest < MOST_MS, `file ${i} took ${slowest} ms`);
  }
  assert(read > count / 50 && read < count / 2, `${read} files could be read`);
  assert(peakBytes() - before < MOST_BYTES, `${peakBytes() - before} bytes at the peak`);
}
