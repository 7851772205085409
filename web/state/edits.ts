/** Numbers of a preset that were changed: what becomes of its steps, and what says so on a command line. */
import type { Step } from "../../src/data/transforms/transform.ts";
import type {
  BatchWays,
  Edits,
  MixingValue,
  PresetOption,
  Transforms,
  Values,
} from "../protocol/sees_calls.ts";

/** The values of an option once `value` is at a position; the other end of a range gives way. */
export function withValue(option: PresetOption, values: Values, at: number, value: number): Values {
  if (typeof values === "number") return value;
  const next = values.with(at, value);
  if (!option.isRange || next[0] <= next[1]) return next;
  return [value, value];
}

/** Edits in which an option has these values; those of the preset are no edit. */
export function withEdit(edits: Edits, { key, values: own }: PresetOption, values: Values): Edits {
  const { [key]: _, ...others } = edits;
  return String(values) === String(own) ? others : { ...others, [key]: values };
}

/** The steps of a preset with other values. */
export function edited({ train, eval: evaluation }: Transforms, edits: Edits): Transforms {
  const steps = structuredClone({ train, eval: evaluation });
  for (const [key, values] of Object.entries(edits)) {
    const path = key.split("."), last = path.pop()!;
    const parent = path.reduce<unknown>((part, name) => (part as Record<string, unknown>)[name], steps);
    (parent as Record<string, Values>)[last] = values;
  }
  return steps as { train: Step[]; eval: Step[] };
}

/** The words of a command line that choose a preset with other values, and other ways to mix batches if they are given. */
export function overridesFor(preset: string, edits: Edits, batch?: BatchWays): string[] {
  const changes = Object.entries(edits).map(([key, values]) =>
    `transforms.${key}=${typeof values === "number" ? values : `[${values}]`}`
  );
  const mixing = batch === undefined ? [] : [`transforms.batch=[${batch.map(wayInWords)}]`];
  return [`transforms=${preset}`, ...changes, ...mixing];
}

/** "{mixup:{alpha:0.2}}" */
function wayInWords(way: BatchWays[number]): string {
  const word = (value: MixingValue) => Array.isArray(value) ? `[${value}]` : value;
  const options = (given: BatchWays[number][string]) =>
    Object.entries(given).map(([key, value]) => `${key}:${word(value)}`);
  return `{${Object.entries(way).map(([name, given]) => `${name}:{${options(given)}}`)}}`;
}
