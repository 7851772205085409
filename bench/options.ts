/** The options of `bench`, from the command line; defaults depend on the adapter. */
import { parseArgs } from "@std/cli/parse-args";
import { ConfigError } from "../src/base/errors.ts";
import type { Matmul } from "../src/core/device.ts";
import { nearest } from "../src/base/nearest.ts";
import {
  DEFAULT_PROVIDER,
  describeProviders,
  type ProviderName,
  providerNames,
} from "../src/core/providers/mod.ts";
import { type Precision, precisions } from "../src/nn/parameters.ts";
import { type ModelName, modelNames } from "../src/nn/models/mod.ts";
import { type TorchForm, torchForms } from "./torch_forms.ts";

/** The parsed command line. */
export interface Options {
  readonly models: readonly ModelName[] | undefined;
  readonly size: number | undefined;
  readonly batch: number | undefined;
  readonly classes: number;
  readonly precision: Precision | undefined;
  readonly matmul: Matmul | undefined;
  /** Part of the names of the kernels to time; all if empty. */
  readonly only: string;
  readonly rounds: number;
  /** Measure the variants of a kernel first and time the fastest, or time the one listed first. */
  readonly choices: "measured" | "first";
  readonly gpu: ProviderName;
  readonly python: string;
  /** How PyTorch runs its step; all forms on a GPU, eager on the processor. */
  readonly torch: readonly TorchForm[] | undefined;
  /** What starts the ranks of `mpi`. */
  readonly mpirun: string;
  /** Seconds after which no further sub-command starts. */
  readonly budget: number | undefined;
  /** A dataset for `data`. */
  readonly data: string | undefined;
  readonly json: string | undefined;
}

/** The meaning of each option, in the order of the help. */
export const OPTIONS: Readonly<Record<string, string>> = {
  model: "comma-separated names, such as resnet18,resnet50; `deno task train --help` lists all",
  size: "pixels of an image's side; 64 on a software adapter, else 224",
  batch: "images; kernels 8 and step 16 on a software adapter, else 64",
  classes: "outputs of the model; 1000",
  precision: `${precisions.join(" or ")}; step both, others 32-true`,
  matmul: "step and torch: products of 32-true in f32 or split; on matrix units both",
  only: "kernels: only those whose name contains this text",
  rounds: "timed runs of each, of which the median is reported; 5",
  choices: "use the fastest of a kernel's variants (measured), or reproducibly the first (first); measured",
  gpu: describeProviders(),
  python: "torch and data: the Python to run; python3",
  torch: `torch: comma-separated, of ${torchForms.join(", ")}; all on a GPU, eager on the processor`,
  mpirun: "mpi: what starts the ranks, such as mpiexec; mpirun",
  budget: "seconds after which no further sub-command starts",
  data: "data: a folder or archive with images",
  json: "a file for all measured values",
};

/** Reads the options. @throws ConfigError naming the invalid one */
export function readOptions(args: readonly string[]): Options {
  const { _: rest, ...given } = parseArgs([...args], { string: Object.keys(OPTIONS) });
  if (rest.length > 0) {
    throw new ConfigError(`Cannot run bench: "${rest[0]}" is not an option; write --name value`);
  }
  for (const name of Object.keys(given)) refuseUnknown(`option --${name}`, name, Object.keys(OPTIONS));
  const text = (name: string) => given[name] as string | undefined;
  const {
    model,
    precision,
    matmul,
    choices = "measured",
    gpu = DEFAULT_PROVIDER,
    only = "",
    python = "python3",
    mpirun = "mpirun",
    data,
    json,
  } = given as Record<
    string,
    string | undefined
  >;
  const forms = text("torch")?.split(",");
  for (const form of forms ?? []) refuseUnknown(`form of PyTorch "${form}"`, form, torchForms);
  const models = model?.split(",");
  for (const name of models ?? []) refuseUnknown(`model "${name}"`, name, modelNames);
  if (precision !== undefined) refuseUnknown(`precision "${precision}"`, precision, precisions);
  if (matmul !== undefined) refuseUnknown(`matmul "${matmul}"`, matmul, ["f32", "split"]);
  refuseUnknown(`choices "${choices}"`, choices, ["measured", "first"]);
  refuseUnknown(`gpu "${gpu}"`, gpu, providerNames);
  if (json === "") throw new ConfigError("Cannot run bench: --json needs a file; write --json FILE");
  return {
    models: models as ModelName[] | undefined,
    size: count("size", text("size")),
    batch: count("batch", text("batch")),
    classes: count("classes", text("classes")) ?? 1000,
    precision: precision as Precision | undefined,
    matmul: matmul as Matmul | undefined,
    only,
    rounds: count("rounds", text("rounds")) ?? 5,
    choices: choices as Options["choices"],
    gpu: gpu as ProviderName,
    python,
    torch: forms as TorchForm[] | undefined,
    mpirun,
    budget: count("budget", text("budget")),
    data,
    json,
  };
}

/** @throws ConfigError, with the nearest name, unless `name` is one of `names` */
export function refuseUnknown(what: string, name: string, names: readonly string[]): void {
  if (names.includes(name)) return;
  const near = nearest(name, names);
  throw new ConfigError(
    `Cannot run bench: unknown ${what}; ${near ? `did you mean ${near}? ` : ""}Known: ${names.join(", ")}`,
  );
}

function count(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new ConfigError(
    `Cannot run bench: --${name} must be an integer of at least 1, current value is "${text}"`,
  );
}
