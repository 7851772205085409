/** The files of conf/transforms: what they say, which numbers they have, and the same file with other numbers. */
import { parse, parseDocument } from "yaml";
import type { Step } from "../../../src/data/transforms/transform.ts";
import type {
  BatchWays,
  Edits,
  Preset,
  PresetOption,
  Transforms,
  Values,
} from "../../protocol/sees_calls.ts";
import { scaleOf } from "./scales.ts";

/** The preset of a file. */
export function presetOf(name: string, text: string): Preset {
  const { batch = [], ...steps } = parse(text) as Transforms & { batch?: readonly Step[] };
  const options = (["train", "eval"] as const).flatMap((list) => optionsOf(steps[list], list));
  return { name, about: aboutOf(text), ...steps, batch: batch.map(wayOf), options };
}

/** A way to mix batches with the options that are given, possibly none. */
function wayOf(step: Step): BatchWays[number] {
  const [[name, options]] = typeof step === "string" ? [[step, null]] : Object.entries(step);
  return { [name]: (options ?? {}) as BatchWays[number][string] };
}

/** A file with other values of its options, and other ways to mix batches; comments stay. */
export function editedFile(text: string, edits: Edits, batch: BatchWays): string {
  const document = parseDocument(text);
  for (const [key, values] of Object.entries(edits)) {
    const path = key.split(".").map((part) => /^\d+$/.test(part) ? Number(part) : part);
    if (typeof values === "number") document.setIn(path, values);
    else values.forEach((value, i) => document.setIn([...path, i], value));
  }
  if (batch.length > 0 || document.has("batch")) document.set("batch", document.createNode(batch));
  return document.toString({ lineWidth: 0 });
}

/** The lines that a file begins with. */
function aboutOf(text: string): string {
  const [comment] = /^(?:#.*\n)*/.exec(text)!;
  return comment.replaceAll(/^# ?/gm, "").replaceAll(/\s+/g, " ").trim();
}

/** The numbers of a list of steps, those within others included. */
function optionsOf(steps: readonly Step[], key: string): PresetOption[] {
  return steps.flatMap((step, i) => {
    if (typeof step === "string") return [];
    const [[transform, given]] = Object.entries(step);
    return Object.entries(given ?? {}).flatMap(([name, values]) => {
      const own = `${key}.${i}.${transform}.${name}`;
      if (name === "transforms") return optionsOf(values as Step[], own);
      return isNumbers(values) ? [optionOf(own, transform, name, values)] : [];
    });
  });
}

function isNumbers(value: unknown): value is Values {
  return [value].flat().length > 0 && [value].flat().every((each) => typeof each === "number");
}

/** Two numbers that are no range: across and down. */
const PAIRS: readonly string[] = ["translate", "kernel_size"];

function optionOf(key: string, transform: string, name: string, values: Values): PresetOption {
  const all = [values].flat(), isRange = all.length === 2 && all[0] <= all[1] && !PAIRS.includes(name);
  return { key, transform, name, values, isRange, ...scaleOf(transform, name, all) };
}
