/** Each rule catches a planted violation, and lets its opposite pass. */

import { assertEquals } from "@std/assert";
import { cycleFaults, floorFaults, roomOf } from "./floors.ts";
import { functionFaults, functionsOf } from "./functions.ts";
import {
  causeFaults,
  hostFaults,
  lengthFaults,
  opTestFaults,
  peerFaults,
  pinFaults,
  spreadFaults,
  syncPointFaults,
  writerFaults,
} from "./rules.ts";
import { codeOf, importsOf, type SourceFile } from "./source.ts";

const file = (path: string, text: string): SourceFile => ({ path, text });
const edge = (from: string, to: string) => ({ from, to, line: 1 });

const codes: [text: string, code: string][] = [
  ["a // b\nc", "a     \nc"],
  ["a /* b\nc */ d", "a     \n     d"],
  [`f("a'b", 'c"d')`, `f("   ", '   ')`],
  ['"a\\"b" c', '"    " c'],
  ["`a ${b} c` d", "`  ${b}  ` d"],
  ["`${ {a: `x${y}z`} }` d", "`${ {a: ` ${y} `} }` d"],
  ["a / b / c", "a / b / c"],
  ['x = /"[/"]/; "y"', 'x = /     /; " "'],
  ["(/'/)", "(/ /)"],
  ["`// a` b", "`    ` b"],
];

for (const [text, code] of codes) {
  Deno.test(`codeOf() blanks ${JSON.stringify(text)}`, () => assertEquals(codeOf(text), code));
}

Deno.test("importsOf() finds every kind of import, and none in text", () => {
  const text = `
import "./effect.ts";
import a, { b } from "../core/a.ts";
import type { C } from '../core/c.ts';
import {
  d,
} from "./d.ts";
export * from "./e.ts";
export type { F } from "./f.ts";
const g = await import("./g.ts");
type H = import("./h.ts").H;
import z from "zod";
// import "./comment.ts";
const text = 'import "./text.ts"', from = Array.from("x");
const template = \`import x from "./template.ts"\`;
`;
  const imports = importsOf(file("src/ops/x.ts", text));
  assertEquals(imports.map(({ to, line }) => `${line} ${to}`), [
    "2 src/ops/effect.ts",
    "3 src/core/a.ts",
    "4 src/core/c.ts",
    "7 src/ops/d.ts",
    "8 src/ops/e.ts",
    "9 src/ops/f.ts",
    "10 src/ops/g.ts",
    "11 src/ops/h.ts",
    "12 zod",
  ]);
});

Deno.test("roomOf() knows the rooms", () => {
  const paths = [
    "src/base/rng.ts",
    "src/data/gpu/augment.ts",
    "src/data/zip.ts",
    "mod.ts",
    "src/cli.ts",
    "kernels/lib/a.ts",
    "web/main.ts",
    "zod",
    "src/other.ts",
  ];
  assertEquals(paths.map(roomOf), [
    "base",
    "data/gpu",
    "data",
    "mod",
    "cli",
    "kernels",
    "web",
    undefined,
    undefined,
  ]);
});

const allowed: [from: string, to: string][] = [
  ["src/ops/relu.ts", "src/core/tensor.ts"],
  ["src/ops/relu.ts", "kernels/relu_forward.ts"],
  ["src/core/kernel.ts", "kernels/lib/kernel_source.ts"],
  ["src/optim/adamw.ts", "kernels/adamw.ts"],
  ["src/data/gpu/augment.ts", "src/core/tensor.ts"],
  ["src/data/gpu/augment.ts", "kernels/augment.ts"],
  ["src/tasks/doctor/probes.ts", "kernels/probe_copy.ts"],
  ["src/nn/loss.ts", "src/optim/schedules/mod.ts"],
  ["src/plots/line.ts", "src/formats/png.ts"],
  ["src/host/deno_config.ts", "src/config/mod.ts"],
  ["kernels/a.ts", "kernels/lib/b.ts"],
  ["kernels/a.ts", "wgsl-preprocessor"],
  ["web/main.ts", "mod.ts"],
  ["web/main.ts", "src/host/browser.ts"],
  ["web/engine/train.ts", "src/tasks/train.ts"],
  ["web/engine/train.ts", "web/worker/sources.ts"],
  ["src/data/zip.ts", "fflate"],
  ["src/tasks/predict.ts", "src/tasks/predict/inputs.ts"],
  ["src/tasks/completion.ts", "src/tasks/configured.ts"],
  ["bench/step.ts", "src/tasks/doctor/probes.ts"],
  ["bench/check.ts", "tests/reference/conv2d.ts"],
];

for (const [from, to] of allowed) {
  Deno.test(`floorFaults() lets ${from} import ${to}`, () => assertEquals(floorFaults([edge(from, to)]), []));
}

const forbidden: [from: string, to: string, fault: string][] = [
  ["src/base/rng.ts", "src/core/tensor.ts", "core is above base"],
  ["src/core/tape.ts", "src/ops/relu.ts", "ops is above core"],
  ["src/config/mod.ts", "src/tasks/train.ts", "tasks is above config"],
  ["src/core/tensor.ts", "src/formats/f16.ts", "core and formats are side by side"],
  ["src/metrics/f1.ts", "src/data/zip.ts", "metrics and data are side by side"],
  ["src/ops/relu.ts", "src/plots/line.ts", "ops and plots are side by side"],
  [
    "src/plots/line.ts",
    "src/metrics/f1.ts",
    "plots may import plots, formats, base, @resvg/resvg-wasm, uplot only",
  ],
  [
    "src/core/kernel.ts",
    "kernels/lib/source.ts",
    "kernels are for kernels, ops, optim, data/gpu, tasks/doctor only",
  ],
  ["src/nn/conv.ts", "kernels/conv.ts", "kernels are for kernels, ops, optim, data/gpu, tasks/doctor only"],
  [
    "src/data/zip.ts",
    "kernels/augment.ts",
    "kernels are for kernels, ops, optim, data/gpu, tasks/doctor only",
  ],
  ["src/data/zip.ts", "src/data/gpu/augment.ts", "data/gpu is above data"],
  ["kernels/a.ts", "src/base/shape.ts", "kernels may import kernels, wgsl-preprocessor only"],
  ["kernels/a.ts", "zod", "kernels may import kernels, wgsl-preprocessor only"],
  ["mod.ts", "src/host/deno.ts", "mod.ts is the same in a browser and names no host"],
  [
    "web/main.ts",
    "src/core/device.ts",
    "web may import web, data, base, mod, host/browser, plots/report, train/report, preact, @preact/signals, uplot, zod, fflate, yaml only",
  ],
  ["web/engine/train.ts", "src/host/deno_config.ts", "web/engine names no src/host/deno"],
  ["src/helper.ts", "src/base/rng.ts", "src/helper.ts is in no room"],
  ["src/tasks/doctor.ts", "bench/probe.ts", "bench is above tasks"],
  [
    "bench/check.ts",
    "kernels/probe_fma.ts",
    "kernels are for kernels, ops, optim, data/gpu, tasks/doctor only",
  ],
  ["src/ops/relu.ts", "tests/reference/relu.ts", "tests are for tests and bench only"],
  [
    "src/tasks/eval.ts",
    "src/tasks/stats/table.ts",
    "a task imports no other task: what they share is in setup or launch",
  ],
  ["src/launch/sweep.ts", "src/tasks/train.ts", "tasks is above launch"],
];

for (const [from, to, fault] of forbidden) {
  Deno.test(`floorFaults() refuses that ${from} imports ${to}`, () => {
    assertEquals(floorFaults([edge(from, to)]), [`${from}:1 imports ${to}: ${fault}`]);
  });
}

Deno.test("cycleFaults() prints the way round a cycle", () => {
  const imports = [edge("a.ts", "b.ts"), edge("b.ts", "c.ts"), edge("c.ts", "b.ts"), edge("a.ts", "c.ts")];
  assertEquals(cycleFaults(imports), ["b.ts -> c.ts -> b.ts"]);
  assertEquals(cycleFaults(imports.filter(({ from }) => from !== "c.ts")), []);
  assertEquals(cycleFaults([edge("a.ts", "a.ts")]), ["a.ts -> a.ts"]);
});

Deno.test("hostFaults() finds Deno and document outside src/host", () => {
  const text =
    '// Deno.cwd()\nconst a = Deno.cwd();\nconst b = document.body, c = "document", d = yaml.document;\n';
  assertEquals(hostFaults(file("src/core/a.ts", text)), [
    "src/core/a.ts:2 says Deno: move it to src/host",
    "src/core/a.ts:3 says document: move it to src/host",
  ]);
  assertEquals(hostFaults(file("src/host/a.ts", text)), []);
  assertEquals(hostFaults(file("bench/torch.ts", text)), []);
});

Deno.test("writerFaults() finds what changes the disk without writing()", () => {
  const text =
    'const a = await Deno.writeTextFile("a", "b");\nDeno.removeSync("a"); // Deno.rename\nDeno.readFile("a");\n';
  assertEquals(writerFaults(file("src/host/a.ts", text)), [
    "src/host/a.ts:1 says Deno.writeTextFile: call it inside of writing()",
    "src/host/a.ts:2 says Deno.removeSync: call it inside of writing()",
  ]);
  const other = 'import { writeAll } from "./deno_writing.ts";\n', writing = other.replace("{", "{ writing,");
  assertEquals(writerFaults(file("src/host/a.ts", other + text)).length, 2);
  assertEquals(writerFaults(file("src/host/a.ts", writing + text)), []);
});

Deno.test("spreadFaults() finds lists that are spread into calls, where they are long", () => {
  const text = "a.push(...b);\na.push(b);\nMath.max(1, ...a.map(f));\nf(...a); [...a];";
  const advice = "spreads a list into a call: use append(), largest() or smallest()";
  assertEquals(spreadFaults(file("src/data/a.ts", text)), [
    `src/data/a.ts:1 ${advice}`,
    `src/data/a.ts:3 ${advice}`,
  ]);
  assertEquals(spreadFaults(file("src/nn/a.ts", text)), []);
});

Deno.test("lengthFaults() finds a file over 400 lines", () => {
  assertEquals(lengthFaults(file("a.ts", "x\n".repeat(400))), []);
  assertEquals(lengthFaults(file("a.ts", "x\n".repeat(401))), ["a.ts has 401 lines: split it, at most 400"]);
});

Deno.test("functionsOf() finds every kind of function, from its first line to its closing brace", () => {
  const text = `
export default function () {}
export async function* declared(
  a = () => 1,
) {

  // Ein Größenvergleich 🙂
  const arrow = <T>(x: T): T => {
    return x;
  }, called = wrap(
    function named() {},
  );
}
class Shape {
  static readonly area = () => 2;
  get #side() {
    return 3;
  }
  constructor(readonly name: string) {
    function nested() { return "function text() {"; }
  }
}
const object = {
  method() {
  },
  key: (x) =>
    x,
  ["computed" + 1]: function () {},
};
type F = () => void;
declare function typed(): void;
`;
  assertEquals(functionsOf(file("a.ts", text)).map(({ name, line, lines }) => `${line} ${name} ${lines}`), [
    "2 a function 1",
    "3 declared 11",
    "4 a function 1",
    "8 arrow 3",
    "11 named 1",
    "15 area 1",
    "16 side 3",
    "19 constructor 3",
    "20 nested 1",
    "24 method 2",
    "26 key 2",
    "28 a function 1",
  ]);
});

Deno.test("functionFaults() finds a function over 60 lines, what is nested in it counted", () => {
  const long = (lines: number) =>
    `\nfunction outer() {\n${"  inner(() => {\n  });\n".repeat(lines / 2 - 1)}}\n`;
  assertEquals(functionFaults(file("a.ts", long(60))), []);
  assertEquals(functionFaults(file("a.ts", long(62))), [
    "a.ts:2 outer has 62 lines: split it by meaning, at most 60",
  ]);
});

Deno.test("syncPointFaults() finds an awaited read() without its mark", () => {
  const text = "const a = await x.read();\nconst b = await x.read(); // GPU sync point\n" +
    "const c = await make(\n  y,\n).z\n  .read();\nawait w; x.read();\n";
  assertEquals(syncPointFaults(file("src/train/a.ts", text)), [
    'src/train/a.ts:1 awaits read() without "// GPU sync point"',
    'src/train/a.ts:6 awaits read() without "// GPU sync point"',
  ]);
  assertEquals(syncPointFaults(file("src/data/a.ts", text)), []);
});

Deno.test("peerFaults() finds another engine outside bench/peers", () => {
  const to = "@tensorflow/tfjs-core";
  assertEquals(peerFaults([edge("bench/peers/tfjs.ts", to), edge("src/a.ts", "zod")]), []);
  assertEquals(peerFaults([edge("bench/peers.ts", to)]), [
    "bench/peers.ts:1 imports @tensorflow/tfjs-core: other engines are for bench/peers only",
  ]);
});

Deno.test("opTestFaults() finds an op without a test", () => {
  const paths = ["src/ops/relu.ts", "src/ops/mod.ts", "src/ops/conv2d.ts", "tests/ops/conv2d_test.ts"];
  assertEquals(opTestFaults(paths), ["src/ops/relu.ts has no tests/ops/relu_test.ts"]);
});

Deno.test("pinFaults() finds a range", () => {
  const imports = {
    a: "npm:a@1.2.3",
    b: "npm:@b/c@1.0.0/x.js",
    c: "npm:c@^1.2.3",
    d: "npm:d",
    e: "./src/e.ts",
    "f/": "npm:/f@1.2.3/",
  };
  assertEquals(pinFaults(imports), [
    "deno.json maps c to npm:c@^1.2.3: pin one exact version",
    "deno.json maps d to npm:d: pin one exact version",
  ]);
});

Deno.test('causeFaults() finds a message joined by "as"', () => {
  const text = 'say("Cannot train resnet18 as all of it is frozen");\n' +
    'say(`Cannot load ${path}: it is empty`);\nsay("Cannot use x as text: it is a number");\n';
  assertEquals(causeFaults(file("src/a.ts", text)), [
    'src/a.ts:1 joins cause and effect with "as": use a colon or "because"',
  ]);
});
