import { assertEquals } from "@std/assert";
import { sha256 } from "../../src/base/sha256.ts";

// FIPS 180-2, appendix B
for (
  const [text, hex] of [
    ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
    ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
    [
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    ],
  ]
) {
  Deno.test(`sha256() of "${text}" is the standard's, given as text or as bytes`, async () => {
    assertEquals((await sha256(text)).toHex(), hex);
    assertEquals((await sha256(new TextEncoder().encode(text))).toHex(), hex);
  });
}
