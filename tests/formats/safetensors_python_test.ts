/**
 * The same file through Python's safetensors, which wraps the Rust library: it must read ours, and write the same
 * bytes. Needs a Python with `safetensors` and `numpy`; another interpreter than python3 is named by $PYTHON.
 */
import { assertEquals } from "@std/assert";
import {
  float32,
  readSafetensors,
  type StoredTensor,
  writeSafetensors,
} from "../../src/formats/safetensors.ts";

const python = Deno.env.get("PYTHON") ?? "python3";
const canImport = await runs("import safetensors.numpy");
const reason = canImport ? "" : ` (ignored: ${python} cannot import safetensors.numpy)`;

const script = `
import sys, safetensors, safetensors.numpy as st
source, copy = sys.argv[1:]
with safetensors.safe_open(source, "numpy") as file:
    metadata = file.metadata()
    tensors = {name: file.get_tensor(name) for name in file.keys()}
for name, array in sorted(tensors.items()):
    print(name, array.dtype, list(array.shape), array.astype("float64").sum())
st.save_file(dict(reversed(list(tensors.items()))), copy, metadata)
`;

/** Runs Python code; true if it ended well. */
async function runs(code: string): Promise<boolean> {
  try {
    return (await new Deno.Command(python, { args: ["-c", code], stdout: "null", stderr: "null" }).output())
      .success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

Deno.test({
  name: `writeSafetensors() writes what Python's safetensors reads, byte for byte as it writes it${reason}`,
  ignore: !canImport,
  fn: async () => {
    const tensors = new Map<string, StoredTensor>([
      ["b.weight", float32([2, 2], [1, 2, 3, 4.5])],
      ["a", float32([1], [-1])],
      ["half", { dtype: "F16", shape: [3], data: Uint16Array.of(0x3c00, 0x4000, 0xc200) }],
      ["count", { dtype: "I64", shape: [], data: BigInt64Array.of(12n) }],
      ["double", { dtype: "F64", shape: [1], data: Float64Array.of(0.1) }],
      ["flag", { dtype: "BOOL", shape: [2], data: Uint8Array.of(1, 0) }],
      ['pixels 字 " \n', { dtype: "U8", shape: [1, 3], data: Uint8Array.of(1, 2, 3) }],
      ["int", { dtype: "I32", shape: [1], data: Int32Array.of(-3) }],
      ["short", { dtype: "I16", shape: [1], data: Int16Array.of(-4) }],
      ["byte", { dtype: "I8", shape: [1], data: Int8Array.of(-5) }],
    ]);
    const bytes = writeSafetensors(tensors, new Map([["format", "pt"]]));
    const folder = await Deno.makeTempDir();
    try {
      const [ours, theirs] = [`${folder}/ours.safetensors`, `${folder}/theirs.safetensors`];
      await Deno.writeFile(ours, bytes);
      const run = await new Deno.Command(python, { args: ["-c", script, ours, theirs] }).output();
      assertEquals(new TextDecoder().decode(run.stderr), "");
      const lines = new TextDecoder().decode(run.stdout);
      assertEquals(lines.includes("b.weight float32 [2, 2] 10.5"), true, lines);
      assertEquals(lines.includes("count int64 [] 12.0"), true, lines);
      assertEquals(lines.includes("half float16 [3] 0.0"), true, lines);
      const copy = await Deno.readFile(theirs);
      assertEquals(readSafetensors(copy), readSafetensors(bytes));
      assertEquals(copy, bytes);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
