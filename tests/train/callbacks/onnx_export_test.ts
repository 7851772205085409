import { assertEquals } from "@std/assert";
import { onnxExport } from "../../../src/train/callbacks/onnx_export.ts";
import type { RunState } from "../../../src/train/run_state.ts";

async function exported(state: Pick<RunState, "best" | "last">): Promise<string[]> {
  const paths: string[] = [];
  await onnxExport((path) => Promise.resolve(void paths.push(path))).fitEnd!(state as RunState);
  return paths;
}

const saved = (path: string) => ({ path, epoch: 1, step: 2, value: 0.5 });

Deno.test("onnx_export writes the best checkpoint, not the last", async () => {
  assertEquals(await exported({ best: saved("best"), last: saved("last") }), ["best"]);
});

Deno.test("onnx_export writes the last where none is the best, and nothing where there is none", async () => {
  assertEquals(await exported({ best: undefined, last: saved("last") }), ["last"]);
  assertEquals(await exported({ best: undefined, last: undefined }), []);
});
