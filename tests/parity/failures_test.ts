/** Parity notices what is off, says where, and exits by the kind of fault. */
import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { ConfigError, DataError, exitCode, GpuError, InterruptedError } from "../../src/base/errors.ts";
import { parity } from "../../src/tasks/parity.ts";
import type { CaseFolder } from "../../src/parity/folder.ts";
import { suites } from "../../src/parity/suites.ts";
import { parityTest } from "../rings.ts";
import { type Changes, FIXTURES, inProject, json, tensorValue, testHost } from "./host.ts";

/** One value that is off by a little more than its tolerance, and the row that must fail for it. */
const perturbations: Record<string, { only: string; changes: Changes; row: RegExp; says: string }> = {
  "a rate": {
    only: "^schedule_0",
    changes: { "schedules.json": json(({ runs }) => runs[0].lrs[7] *= 1 + 2e-9) },
    row: /^schedule_0_warmup_cosine .* FAIL$/,
    says: "rates[7] is",
  },
  "a picture": {
    only: "^transform_hflip",
    changes: { "transforms.safetensors": tensorValue("out/hflip", 5, (value) => value ^ 4) },
    row: /^transform_hflip .* 4 levels .* FAIL$/,
    says: "value 5 is",
  },
  "an output": {
    only: "^conv2d_1$",
    changes: { "ops.safetensors": tensorValue("conv2d_1/y", 3, (value) => value + 1e-3) },
    row: /^conv2d_1 .* y\*, dx, dw .* FAIL$/,
    says: "y[3] is",
  },
  "a gradient": {
    only: "^linear_0$",
    changes: { "ops.safetensors": tensorValue("linear_0/d_w", 9, (value) => value + 1e-3) },
    row: /^linear_0 .* y, dx, dw\*, db .* FAIL$/,
    says: "dw[9] is",
  },
  "a running mean": {
    only: "^batch_norm_train_0$",
    changes: {
      "ops.safetensors": tensorValue("batch_norm_train_0/new_running_mean", 1, (value) => value + 1),
    },
    row: /^batch_norm_train_0 .* running_mean\* .* FAIL$/,
    says: "running_mean[1] is",
  },
  "a parameter": {
    only: "^adamw_defaults$",
    changes: { "adamw.safetensors": tensorValue("defaults/p0/step3", 2, (value) => value + 2e-5) },
    row: /^adamw_defaults .* p0 of step 3\* .* FAIL$/,
    says: "p0 of step 3[2] is",
  },
  "an average": {
    only: "^ema$",
    changes: { "ema.json": json(({ track }) => track[8].ema += 2e-3) },
    row: /^ema .* averages .* FAIL$/,
    says: "averages[8] is",
  },
  "an accuracy": {
    only: "^metrics_0",
    changes: { "metrics.json": json(({ cases }) => cases[0].top5 -= 1 / 60) },
    row: /^metrics_0_tally .* top5\* .* FAIL$/,
    says: "top5[0] is",
  },
  "a value of a state dict": {
    only: "^weights_state_dict_legacy",
    changes: { "state_dict_expected.safetensors": tensorValue("strided", 7, (value) => value * (1 + 2e-7)) },
    row: /^weights_state_dict_legacy.pth .* names, shapes, values\* .* FAIL$/,
    says: "strided[7] is",
  },
  "an evil file": {
    only: "^weights_evil",
    changes: { "evil.pth": replaced("posix\nsystem", "torch\nTensor") },
    row: /^weights_evil.pth .* FAIL$/,
    says: "evil.pth is rejected without the name of what it calls",
  },
};

/** Puts `after` in the place of `before`, as many bytes. */
function replaced(before: string, after: string): (bytes: Uint8Array) => Uint8Array {
  return (bytes) => {
    const text = new TextDecoder("latin1").decode(bytes);
    return Uint8Array.from(text.replace(before, after), (character) => character.charCodeAt(0));
  };
}

for (const [what, { only, changes, row, says }] of Object.entries(perturbations)) {
  parityTest(`parity fails by ${what} that is off`, async () => {
    const host = testHost(changes);
    assertEquals(await parity(host, [FIXTURES, "--only", only]), 1);
    const at = host.lines.findIndex((line) => row.test(line));
    assert(at >= 0, host.lines.join("\n"));
    assertStringIncludes(host.lines[at + 1], says);
    assertMatch(host.lines.at(-1)!, /^\d+ of \d+ rows FAIL: /);
  });
}

/** Runs the schedules, which are quick and need no adapter. */
const run = (changes: Changes = {}, args = [FIXTURES, "--only", "^schedule_"]) => {
  const host = testHost(changes);
  return { host, code: parity(host, args) };
};

Deno.test("parity runs what --only matches, and writes what it found as JSON", async () => {
  const { host, code } = run({}, [FIXTURES, "--only=schedule_0", "--json", "out.json"]);
  assertEquals(await code, 0);
  assertEquals(host.lines.filter((line) => line.startsWith("schedule_")).length, 1);
  assertMatch(host.lines.join("\n"), /skipped by --only: \d+ cases\nall 1 rows within tolerance/);
  const { ok, folder, rows } = JSON.parse(new TextDecoder().decode(host.written.get("out.json")));
  assertEquals([ok, folder, rows[0].name], [true, FIXTURES, "schedule_0_warmup_cosine"]);
});

Deno.test("parity lists what it does not cover", async () => {
  const { host, code } = run({
    "schedules.json": json(({ runs }) => runs.push({ ...runs[0], kind: "zigzag" })),
    "ops.json": json(({ cases }) => cases[0].op = "softplus"),
    "transforms.json": json(({ cases }) => cases[0].attrs.interpolation = "nearest"),
    "trajectory_resnet18.json": json((trajectory) => trajectory.arch = "resnet1202"),
  }, [FIXTURES, "--only=schedule_0"]);
  assertEquals(await code, 0);
  const line = host.lines.find((line) => line.startsWith("not covered: "))!;
  for (
    const what of ["(zigzag)", "(softplus)", 'resize with interpolation "nearest"', "(resnet1202)"]
  ) {
    assertStringIncludes(line, what);
  }
});

Deno.test("suites() lists files that no kind of case reads, and kinds that have none", async () => {
  const folder = { name: "spare", files: ["README.md", "spare.json"] } as unknown as CaseFolder;
  const { cases, notCovered } = await suites(folder);
  assertEquals(cases, []);
  assertEquals(notCovered.at(-1), "spare.json");
  assert(notCovered.includes("ema (none in this folder)") && !notCovered.includes("README.md"));
});

Deno.test("parity says so if the folder is missing, or has no cases", async () => {
  const missing = await assertRejects(
    () => parity(testHost(), ["no/such/folder"]),
    DataError,
    'Cannot open "no/such/folder": it does not exist; give a folder written by tests/fixtures/make.py',
  );
  assertEquals(exitCode(missing), 3);
  await assertRejects(
    () => parity(testHost(), [inProject("tests/fixtures/maker")]),
    DataError,
    "has no cases; give a folder written by tests/fixtures/make.py",
  );
});

const broken: Record<string, [Changes, string]> = {
  "a JSON file is cut short": [
    { "schedules.json": (bytes) => bytes.subarray(0, 99) },
    "parity/schedules.json is not JSON",
  ],
  "a key is missing": [
    { "ops.json": json(({ cases }) => delete cases[3].dy) },
    "parity/ops.json is broken at cases.3.dy",
  ],
  "a tensor file is cut short": [
    { "ops.safetensors": (bytes) => bytes.subarray(0, 999) },
    "parity/ops.safetensors is broken: Cannot read safetensors",
  ],
  "an attribute is missing": [
    { "transforms.json": json(({ cases }) => delete cases[0].attrs.shorter_side) },
    "transform_wide_resize_28: its attribute shorter_side is broken",
  ],
};

for (const [what, [changes, says]] of Object.entries(broken)) {
  Deno.test(`parity refuses a folder where ${what}`, async () => {
    await assertRejects(() => run(changes).code, DataError, says);
  });
}

parityTest(
  "parity refuses a case that names a tensor which is not there, or one of another rank",
  async () => {
    const relu = (change: (given: { inputs: { x: string } }) => void) => ({
      "ops.json": json(({ cases }) =>
        cases.filter(({ op }: { op: string }) => op === "relu").forEach(change)
      ),
    });
    const missing = relu((given) => given.inputs.x = "relu_0/z");
    const flat = relu((given) => given.inputs.x = "batch_norm_train_0/bias");
    const args = [FIXTURES, "--only", "^relu_0"];
    await assertRejects(() => run(missing, args).code, DataError, 'ops.safetensors has no tensor "relu_0/z"');
    await assertRejects(
      () => run(flat, args).code,
      DataError,
      "batch_norm_train_0/bias must be [N, C, H, W]",
    );
  },
);

parityTest("parity fails a case that an op refuses, and goes on", async () => {
  const { host, code } = run(
    { "ops.json": json(({ cases }) => cases[0].attrs.padding = -9) },
    [FIXTURES, "--only", "^conv2d_[01]$"],
  );
  assertEquals(await code, 1);
  assertMatch(host.lines.join("\n"), /conv2d_0 .*FAIL\n\s+Cannot run conv2d: .*\nconv2d_1 .* ok/);
});

Deno.test("parity refuses arguments that make no sense", async () => {
  const refuse = async (args: string[], says: string) => {
    const error = await assertRejects(() => run({}, args).code, ConfigError, says);
    assertEquals(exitCode(error), 2);
  };
  await refuse([FIXTURES, "--onyl", "x"], "Cannot use --onyl: no such flag; did you mean --only?");
  await refuse([FIXTURES, "--json"], "Cannot use --json without a value: write --json FILE");
  await refuse([FIXTURES, "--only", "("], "--only must be a regular expression");
  await refuse([FIXTURES, "--only", "softplus"], "no case matches --only softplus; the ");
  await refuse([FIXTURES, FIXTURES], "expected one folder");
});

Deno.test("parity exits by 4 where there is no adapter, and stops between cases when asked to", async () => {
  const gpu = { requestAdapter: () => Promise.resolve(null) } as unknown as GPU;
  const bare = { ...testHost(), openGpu: () => Promise.resolve(gpu) };
  const error = await assertRejects(() => parity(bare, [FIXTURES]), GpuError, "no WebGPU adapter was found");
  assertEquals(exitCode(error), 4);
  assertEquals(await parity(bare, [FIXTURES, "--only", "^schedule_"]), 0);
  const stopped = { ...testHost(), signal: AbortSignal.abort() };
  await assertRejects(() => parity(stopped, [FIXTURES, "--only", "^schedule_"]), InterruptedError);
});
