/** Where our outcome differs from Hydra's on purpose: the case, what comes instead, and the reason. */

import type { Data } from "../../src/config/tree.ts";

/** Our outcome of a case and why it is not Hydra's. */
export interface Difference {
  readonly reason: string;
  readonly config?: Data;
  readonly jobs?: readonly (readonly string[])[];
  readonly error?: true;
}

const octal = "YAML 1.1 takes 07 for octal, and jersey numbers look like that";
const whole = "a number is a JavaScript number, and 2.0 is 2";
const flat = { a: 1, b: { c: 2, d: [1, 2, 3] }, f: "text" };

export const differences: Readonly<Record<string, Difference>> = {
  // Mistakes that Hydra lets through.
  "yaml: octal": { error: true, reason: octal },
  "yaml: leading zero": { error: true, reason: octal },
  "yaml: base 60": { error: true, reason: "nobody who writes 1:30 means 90" },
  "yaml: big integer": { error: true, reason: "a number would lose its last digits" },
  "yaml: text at the top": {
    error: true,
    reason: "a file of one word is no map with an empty key of that name",
  },
  "override +a/b=1": { error: true, reason: "a mistyped group is no key with a slash in it" },
  "interpolation: hydra nothing": { error: true, reason: "a mistyped key is not null" },
  "merge: map over interpolation": {
    error: true,
    reason: "which keys there are would depend on the order of the files",
  },
  "package: behind a comment": {
    config: { v: 1, w: 0 },
    reason: "a file may begin with words and still say where it goes",
  },
  // What Hydra refuses, and need not.
  "value \"{'a':1}\"": { config: { a: 1, k: { a: 1 } }, reason: "a key in quotes can only mean that key" },
  "override ~e": { config: flat, reason: "a key whose value is null is there" },
  "override ~e=null": { config: flat, reason: "a key whose value is null is there" },
  "override ~b.d.0": {
    config: { ...flat, b: { c: 2, d: [2, 3] }, e: null },
    reason: "a transform may be taken out of a list",
  },
  "interpolation: nested in an override": {
    config: { k: "x", a: { x: 1 }, b: 1 },
    reason: "braces are counted, so no quotes are needed",
  },
  // Numbers and values as text.
  "sweep a=range(0,1,0.25)": { jobs: [["a=0"], ["a=0.25"], ["a=0.5"], ["a=0.75"]], reason: whole },
  "sweep a=float(range(1,3))": { jobs: [["a=1"], ["a=2"]], reason: whole },
  "sweep a=range(0.1,0.4,0.1)": {
    jobs: [["a=0.1"], ["a=0.2"], ["a=0.3"]],
    reason: "a range of decimals is exact, and its end is not part of it",
  },
  "sweep a=true,null,1.5": {
    jobs: [["a=true"], ["a=null"], ["a=1.5"]],
    reason: "a job's command line says true as its user did",
  },
  "sweep ~a": { jobs: [["~a"]], reason: "a job's command line says what its user said" },
};
