/** How each task without a configuration is called. The task's own file is loaded when it runs. */
import { providerNames } from "../core/providers/mod.ts";
import { OPSETS } from "../formats/onnx/model.ts";
import type { Usage } from "../launch/usage.ts";

/** Shells with a completion script. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** What clean can remove. */
export const REMOVABLE = ["caches", "checkpoints", "leftovers"] as const;

const opsets = Array.from({ length: OPSETS.last - OPSETS.first + 1 }, (_, i) => OPSETS.first + i);

/** Every usage by the task's name. */
export const usages = {
  predict: {
    task: "predict",
    summary:
      "Predicts the class of each image, with a checkpoint or an ONNX file; - is standard input: an image, or paths",
    takes: "CHECKPOINT|ONNX FILE|FOLDER|ARCHIVE|- ...",
    flags: {
      "top-k": { value: "N", help: "Classes per image (default: 3)" },
      "min-confidence": {
        value: "auto|SHARE",
        help:
          "Answer unknown below this confidence, such as 0.8; auto: below each class's threshold in the model's file",
      },
      json: { help: "Print JSON instead of a table" },
      csv: { help: "Print comma-separated values instead of a table" },
      output: { value: "FILE", help: "Write JSON or CSV into a file, by its ending .json or .csv" },
      "contact-sheet": { value: "FILE.html", help: "Also write a page of thumbnails with their predictions" },
      explain: { value: "FOLDER", help: "Also write each image with heat over what speaks for its class" },
      layer: { value: "NAME", help: "Layer or module that --explain shows, such as layer4" },
      gpu: { choices: providerNames, help: "Which WebGPU runs a checkpoint" },
    },
  },
  export: {
    task: "export",
    summary: "Writes a checkpoint as ONNX and checks it in ONNX Runtime, with data on its validation images",
    takes: "CHECKPOINT [PATH] [OVERRIDE ...]",
    flags: {
      output: { value: "FILE.onnx", help: "Where to write it (default: next to the checkpoint)" },
      normalize: { help: "Take images in 0 .. 1 and normalise them in the graph" },
      preprocess: {
        choices: ["exact"],
        optional: true,
        help: "Take 8-bit images of any size and resize, crop and normalise them in the graph; exact: in f64",
      },
      softmax: { help: "Return probabilities in place of logits" },
      opset: {
        choices: opsets.map(String),
        help: `Version of ONNX's operators (default: ${OPSETS.usual})`,
      },
      "batch-norm": {
        choices: ["folded", "kept"],
        help: "Fold batch norm into the convolutions, or keep it",
      },
      weights: { choices: ["f32", "f16"], help: "Precision of the stored weights" },
    },
  },
  page: {
    task: "page",
    summary: "Serves the page that checks a dataset in the browser, with PHOTOS already open, or writes it",
    takes: "[PHOTOS]",
    flags: {
      port: { value: "N", help: "Where it is served on 127.0.0.1 (default: any free port)" },
      public: { help: "Serve the page alone, without a dataset, to all machines that reach this one" },
      out: { value: "FOLDER", help: "Write a folder for any server of static files instead" },
      single: { value: "FILE.html", help: "Write one file that opens from disk instead" },
    },
  },
  report: {
    task: "report",
    summary:
      "Writes the report.html of runs again from their files, and comparison.html into a folder with runs below it, such as a sweep's",
    takes: "RUN|FOLDER ...",
    flags: {
      compare: { value: "FILE.html", help: "Compare all runs in what is given, and write that instead" },
    },
  },
  sync: {
    task: "sync",
    summary: "Sends what runs have stored for Weights & Biases",
    takes: "RUN ...",
    flags: {},
  },
  clean: {
    task: "clean",
    summary:
      "Shows what caches, old runs' checkpoints and killed processes left take, and removes it with --yes",
    takes: "[FOLDER ...]",
    flags: {
      only: {
        choices: REMOVABLE,
        help: "Caches, old runs' checkpoints, or locks and files of killed processes",
      },
      yes: { short: "y", help: "Remove what is listed" },
    },
  },
  doctor: {
    task: "doctor",
    summary: "Checks adapter, drivers, speed and image decoding, and says how to fix each problem",
    takes: "[gpu=NAME]",
    flags: {
      json: { help: "Print everything as JSON, as reports of bugs need it" },
      hardware: { help: "Only look whether a hardware GPU is used, and exit with code 4 if not" },
    },
  },
  parity: {
    task: "parity",
    summary: "Runs a folder of PyTorch's reference cases through engine and CPU code, and prints each error",
    takes: "[FOLDER]",
    flags: {
      only: { value: "PATTERN", help: "Run only the cases whose name matches this regular expression" },
      json: { value: "FILE", help: "Also write the results as JSON" },
    },
  },
  completion: {
    task: "completion",
    summary: "Prints a completion script for a shell; after --, what may come next",
    takes: `${SHELLS.join("|")}|-- WORD ...`,
    flags: {},
  },
} as const satisfies Readonly<Record<string, Usage>>;
