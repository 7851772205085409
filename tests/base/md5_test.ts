import { assertEquals } from "@std/assert";
import { createHash } from "node:crypto";
import { Md5, md5 } from "../../src/base/md5.ts";
import { rng } from "../../src/base/rng.ts";

Deno.test("md5() gives RFC 1321's digests", () => {
  const digests: [text: string, hex: string][] = [
    ["", "d41d8cd98f00b204e9800998ecf8427e"],
    ["abc", "900150983cd24fb0d6963f7d28e17f72"],
    ["message digest", "f96b697d7cb7938d525a2f31aaf161d0"],
    ["1234567890".repeat(8), "57edf4a22be3c955ac49da2e2107b67a"],
  ];
  for (const [text, hex] of digests) assertEquals(md5(text).toHex(), hex, text);
});

Deno.test("Md5 gives the same however bytes of any length are cut", () => {
  const random = rng(1, "md5");
  for (let length = 0; length < 300; length++) {
    const bytes = Uint8Array.from({ length }, () => random.integer(256)), digest = new Md5();
    for (let at = 0; at < length;) {
      const end = at + 1 + random.integer(130);
      digest.update(bytes.subarray(at, end));
      at = end;
    }
    assertEquals(digest.digest().toHex(), createHash("md5").update(bytes).digest("hex"), `length ${length}`);
  }
});
