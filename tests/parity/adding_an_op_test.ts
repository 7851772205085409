import { assertEquals, assertStringIncludes } from "@std/assert";
import { inProject } from "./host.ts";

const read = (path: string) => Deno.readTextFileSync(inProject(path));

Deno.test("docs/adding-an-op.md shows the code as it stands in the tree", () => {
  const files = [
    "kernels/relu_dgrad.ts",
    "src/ops/relu.ts",
    "tests/ops/relu_test.ts",
    "src/parity/ops.ts",
  ];
  const blocks = [...read("docs/adding-an-op.md").matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code]) => code);
  assertEquals(blocks.length, files.length);
  for (const [i, code] of blocks.entries()) {
    const source = read(files[i]);
    for (const part of code.split(/\n(?=\/\*\*|export )/)) {
      assertStringIncludes(source, part.trim(), files[i]);
    }
  }
});
