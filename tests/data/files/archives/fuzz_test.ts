/** Damaged archives end in a DataError or in files, and in no other error. */
import { zipSync } from "fflate";
import { byteSource } from "../../../../src/base/byte_source.ts";
import { DataError } from "../../../../src/base/errors.ts";
import { type Rng, rng } from "../../../../src/base/rng.ts";
import { archiveTree } from "../../../../src/data/files/archives/tree.ts";
import { utf8 } from "../../helpers.ts";
import { gzipped, joined, paxRecord, signTar, tarOf } from "./make.ts";

const COUNT = 1500;
/** Bytes that mean something in headers: ends, digits, the mark of a binary number. */
const TELLING = [0x00, 0xff, 0x30, 0x37, 0x80];

/** A copy with up to four changed bits or bytes, or cut off. */
function damaged(whole: Uint8Array, random: Rng): Uint8Array<ArrayBuffer> {
  let bytes = new Uint8Array(whole);
  for (let changes = 1 + random.integer(4); changes > 0 && bytes.length > 0; changes--) {
    const at = random.integer(bytes.length), kind = random.uniform();
    if (kind < 0.5) bytes[at] ^= 1 << random.integer(8);
    else if (kind < 0.9) bytes[at] = TELLING[random.integer(TELLING.length)];
    else bytes = bytes.slice(0, at);
  }
  return bytes;
}

/** Opens an archive and reads all of it. Anything but a DataError is thrown. */
async function readAll(bytes: Uint8Array): Promise<void> {
  const unlessData = (error: unknown) => {
    if (!(error instanceof DataError)) throw error;
  };
  const tree = await archiveTree({ source: byteSource("x", bytes) }).catch(unlessData);
  for (const path of await tree?.paths() ?? []) await tree!.read(path).catch(unlessData);
}

Deno.test("archiveTree() ends with a DataError or with files, whatever is damaged", async () => {
  const zip = zipSync({ "a.txt": utf8("a".repeat(300)), "b/c.txt": [utf8("bb"), { level: 0 }] });
  const tar = tarOf(
    { name: "d/", type: "5" },
    { name: "x", type: "x", content: paxRecord("path", "é/long") + paxRecord("size", "5") },
    { name: "q", content: "12345" },
    { name: "L", type: "L", content: "long/name\0" },
    { name: "z", content: "hello" },
    { name: "h", type: "1", link: "z" },
    { name: "s", type: "S", content: "x", magic: "ustar  \0" },
    { name: "in.zip", content: zip },
  );
  const gz = await gzipped(tar);
  const nested = zipSync({ "i.zip": [zip, { level: 0 }], "j.zip": zip, "t.tar": tar, "g.tgz": gz });
  const seed = crypto.getRandomValues(new Uint32Array(1))[0];
  for (const [number, whole] of [zip, tar, gz, nested, joined(utf8("front"), zip)].entries()) {
    for (let i = 0; i < COUNT / 5; i++) {
      const random = rng(seed, number, i), bytes = damaged(whole, random);
      if (whole === tar && random.uniform() < 0.7) signTar(bytes);
      await readAll(bytes).catch((cause) => {
        throw new Error(`Archive ${number}, seed ${seed}, damage ${i}: ${cause}`, { cause });
      });
    }
  }
});
