/**
 * Every export of a ResNet-18 in every runtime that this machine has, against the engine. `WRITE_DOCS=1` also writes
 * the tables of docs/onnx.md; `PYTHON=...` names an interpreter with openvino, opencv-python-headless and tract.
 */
import { assert, assertEquals } from "@std/assert";
import { firstLineOf } from "../../src/base/errors.ts";
import { withFolder } from "../e2e/cli.ts";
import { gpuTest } from "../rings.ts";
import { exportAll, type Exported } from "./onnx_runtimes/exports.ts";
import type { Runtime } from "./onnx_runtimes/runtime.ts";
import { runtimes } from "./onnx_runtimes/runtimes.ts";
import { markdownTable, publish } from "./onnx_runtimes/table.ts";

gpuTest("every export gives the engine's logits in every runtime", () =>
  withFolder(async (folder) => {
    const heading = ["export", ...runtimes.map(({ name, version = "" }) => `${name} ${version}`.trim())];
    const rows: string[][] = [], faults: string[] = [];
    for (const exported of await exportAll(folder)) {
      const name = exported.flags === "" ? "no options (folded)" : `\`${exported.flags}\``;
      const cells: string[] = [];
      for (const runtime of runtimes) {
        const cell = await tried(runtime, exported);
        console.log(`${name} in ${runtime.name}: ${JSON.stringify(cell)}`);
        cells.push("difference" in cell ? cell.difference.toExponential(0) : cell.word);
        if (!isFine(cell, exported)) faults.push(`${name} in ${runtime.name}: ${JSON.stringify(cell)}`);
      }
      rows.push([name, ...cells]);
    }
    await publish("runtimes", markdownTable([heading, ...rows]));
    assertEquals(faults, []);
  }), { sanitizeOps: false, sanitizeResources: false });

/** What came of an export in a runtime. */
type Cell =
  /** The largest difference relative to an image's largest logit, or to 1 if that is smaller, as in the check. */
  | { readonly difference: number }
  | { readonly word: "refused"; readonly reason: string }
  | { readonly word: "not run" };

async function tried(runtime: Runtime, { path, inputs, expected }: Exported): Promise<Cell> {
  if (runtime.version === undefined) return { word: "not run" };
  try {
    const outputs = await runtime.run(path, inputs);
    const differences = outputs.map((output, i) => differenceOf(output, expected[i], inputs[i].shape[0]));
    return { difference: Math.max(...differences) };
  } catch (error) {
    return { word: "refused", reason: firstLineOf(error) };
  }
}

/** f64 is what few runtimes have, and some compute in f32 instead: that is only measured. */
function isFine(cell: Cell, { flags }: Exported): boolean {
  if (flags.includes("exact")) return true;
  return "difference" in cell
    ? cell.difference <= (flags.includes("f16") ? 3e-2 : 1e-4)
    : cell.word === "not run";
}

function differenceOf(output: ArrayLike<number>, expected: Float32Array, rows: number): number {
  assert(output.length === expected.length);
  const classes = expected.length / rows;
  const differences = expected.map((value, i) => {
    const start = i - i % classes, own = expected.subarray(start, start + classes);
    return Math.abs(output[i] - value) / Math.max(1, ...own.map(Math.abs));
  });
  return Math.max(...differences); // NaN stays
}
