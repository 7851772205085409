/** Files that lie where weights should be. */
import { assertEquals, assertRejects } from "@std/assert";
import { gzipSync } from "fflate";
import { byteSource } from "../../src/base/byte_source.ts";
import { DataError } from "../../src/base/errors.ts";
import { rng } from "../../src/base/rng.ts";
import { foreignFile } from "../../src/formats/foreign_file.ts";
import { float32, writeSafetensors } from "../../src/formats/safetensors.ts";
import { isOnnxFile, readWeights } from "../../src/formats/weights.ts";
import { all } from "./onnx/files.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const refused = async (bytes: Uint8Array) => {
  const { message } = await assertRejects(() => readWeights(byteSource("best.pth", bytes)), DataError);
  return message;
};

const files: readonly [bytes: Uint8Array, says: string][] = [
  [new Uint8Array(), "the file is empty; copy or download it again"],
  [new Uint8Array(4096), "it begins with zeros, as an unfinished download does; copy or download it again"],
  [
    utf8("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 46830571\n"),
    "it is a Git LFS pointer, not the file itself; run `git lfs pull` in its repository",
  ],
  [
    utf8("\ufeff\n<!DOCTYPE html><html>{"),
    "it is an HTML or XML page, as servers send in place of a file; download the file itself",
  ],
  [
    utf8("<html>{}{}{}"),
    "it is an HTML or XML page, as servers send in place of a file; download the file itself",
  ],
  [latin1("\x93NUMPY\x01\0v\0{'descr'"), "it is a NumPy array; save it with torch.save or as safetensors"],
  [
    latin1("\x89HDF\r\n\x1a\n"),
    "it is an HDF5 file, as Keras writes; save it with torch.save or as safetensors",
  ],
  [gzipSync(utf8("weights")), "it is compressed by gzip; unpack it, and give the file inside"],
  [latin1("0".repeat(257) + "ustar"), "it is a tar archive; unpack it, and give the file inside"],
  [
    utf8('{"weight_map": {}}'),
    "it is JSON, such as a configuration or an index; give the file of weights itself",
  ],
];

Deno.test("readWeights() names a file that is not one of weights, and says what to do", async () => {
  for (const [bytes, says] of files) assertEquals(await refused(bytes), `Cannot load best.pth: ${says}`);
  assertEquals(
    await refused(utf8("epoch 1 loss 2.3")),
    "Cannot load best.pth: it is not a file of weights; need one of safetensors, .pth of torch.save, ONNX, " +
      ".pth from before PyTorch 1.6",
  );
});

Deno.test("readWeights() names a large pickle of another origin, without reading it", async () => {
  const named = (text: string) =>
    refused(
      Uint8Array.from([
        ...latin1(`\x80\x04}\x8c${String.fromCharCode(text.length)}${text}`),
        ...new Uint8Array(5000),
      ]),
    );
  assertEquals(
    await named("numpy._core.multiarray"),
    "Cannot load best.pth: it is a pickle of NumPy arrays, not of tensors; save them with " +
      "torch.save({name: torch.from_numpy(array), ...}, PATH)",
  );
  assertEquals(
    await named("sklearn.svm"),
    "Cannot load best.pth: it is a pickle that torch.save did not write; need a state dict written by torch.save",
  );
});

Deno.test("a file of weights is never taken for another, whatever the length of its header", async () => {
  const random = rng(7, "headers");
  for (let i = 0; i < 300; i++) {
    const name = "n".repeat(1 + random.integer(400));
    const source = byteSource("x", writeSafetensors(new Map([[name, float32([1], [i])]])));
    assertEquals([...(await readWeights(source)).tensors.keys()], [name]);
  }
  assertEquals((await readWeights(byteSource("x", all))).tensors.size, 10);
});

Deno.test("isOnnxFile() goes by the content", async () => {
  const safetensors = writeSafetensors(new Map([["a", float32([1], [1])]]));
  assertEquals(await isOnnxFile(byteSource("model.bin", all)), true);
  for (const bytes of [safetensors, utf8("<html>"), new Uint8Array()]) {
    assertEquals(await isOnnxFile(byteSource("model.onnx", bytes)), false);
  }
  assertEquals(foreignFile(all), undefined);
});
