import { assertEquals, assertThrows } from "@std/assert";
import { readOptions } from "../../bench/options.ts";
import { ConfigError } from "../../src/base/errors.ts";

Deno.test("readOptions() reads values and gives the rest their defaults", () => {
  const options = readOptions(["--model", "resnet18,resnet50", "--batch", "16", "--json=out.json"]);
  assertEquals(options, {
    models: ["resnet18", "resnet50"],
    size: undefined,
    batch: 16,
    classes: 1000,
    precision: undefined,
    matmul: undefined,
    only: "",
    rounds: 5,
    choices: "measured",
    gpu: "auto",
    python: "python3",
    mpirun: "mpirun",
    torch: undefined,
    budget: undefined,
    data: undefined,
    json: "out.json",
  });
});

const faults: [args: string[], message: string][] = [
  [["--modle", "resnet18"], "did you mean model?"],
  [["--model", "resnet19"], "did you mean resnet18?"],
  [["--precision", "16"], "Known: 32-true, 16-mixed"],
  [["--matmul", "splitt"], "did you mean split?"],
  [["--batch", "0"], '--batch must be an integer of at least 1, current value is "0"'],
  [["--torch", "eager,compiled"], "did you mean compile?"],
  [["--size", "big"], '--size must be an integer of at least 1, current value is "big"'],
  [["--json"], "needs a file"],
  [["resnet18"], '"resnet18" is not an option'],
];

for (const [args, message] of faults) {
  Deno.test(`readOptions() refuses ${args.join(" ")}`, () => {
    assertThrows(() => readOptions(args), ConfigError, message);
  });
}
