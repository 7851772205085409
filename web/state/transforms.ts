/** The transforms that the user has chosen: a preset, other values of its numbers, and the side of the network's input. */
import { batch, computed, effect, signal } from "@preact/signals";
import { classChanges } from "../../src/data/health/class_changes.ts";
import type {
  BatchWays,
  Edits,
  MixingValue,
  MixingWay,
  Preset,
  PresetOption,
  Sized,
} from "../protocol/sees_calls.ts";
import { edited, overridesFor, withEdit, withValue } from "./edits.ts";
import { call, fault, showFault, summary, verdict } from "./session.ts";

/** What training takes of them. */
export interface ChosenTransforms {
  /** The name of a file of conf/transforms. */
  readonly preset: string;
  /** Words for the command line, the preset and the side included. */
  readonly overrides: readonly string[];
  readonly imageSize: number;
}

/** Sides that are offered. */
export const SIZES = [32, 48, 64, 96, 112, 128, 160, 192, 224] as const;

/** All presets, once they have been asked for. */
export const presets = signal<readonly Preset[]>([]);
export const presetName = signal("upright"); // as conf/train.yaml has it
export const edits = signal<Edits>({});
/** Small, so that a training in the page is quick. */
/** Ways in which batches are mixed; one of them is drawn for each. */
export const ways = signal<BatchWays>([]);
/** All ways to mix batches, once they have been asked for. */
export const mixingWays = signal<readonly MixingWay[]>([]);
export const imageSize = signal<number>(64);

export const transforms = computed<ChosenTransforms>(() => ({
  preset: presetName.value,
  overrides: [
    ...overridesFor(presetName.value, edits.value, isMixedOtherwise.value ? ways.value : undefined),
    `data.image_size=${imageSize.value}`,
  ],
  imageSize: imageSize.value,
}));

/** The chosen preset, as it is in its file. */
export const preset = computed(() => presets.value.find(({ name }) => name === presetName.value));

const isMixedOtherwise = computed(() =>
  JSON.stringify(ways.value) !== JSON.stringify(preset.value?.batch ?? [])
);

/** The steps that come of it; undefined as long as presets have not been asked for. */
export const sized = computed<Sized | undefined>(() =>
  preset.value && { ...edited(preset.value, edits.value), imageSize: imageSize.value }
);

/** Its transforms that make one class look like another. */
export const changes = computed(() =>
  sized.value === undefined ? [] : classChanges(sized.value.train, summary.value?.classes ?? [])
);

/** Asks for the presets. */
export async function loadPresets(): Promise<void> {
  if (presets.value.length > 0) return;
  try {
    [presets.value, mixingWays.value] = await Promise.all([call("presets", {}), call("mixingWays", {})]);
  } catch (error) {
    fault.value = `Cannot read the presets of transforms: ${(error as Error).message}`;
  }
}

/** Takes another preset, as it is in its file. */
export function choosePreset(name: string): void {
  batch(() => {
    presetName.value = name;
    edits.value = {};
    ways.value = preset.value?.batch ?? [];
  });
}

/** The values of an option, as they are now. */
export function valuesOf({ key, values }: PresetOption) {
  return edits.value[key] ?? values;
}

/** Sets a number of an option. */
export function setValue(option: PresetOption, at: number, value: number): void {
  edits.value = withEdit(edits.value, option, withValue(option, valuesOf(option), at, value));
}

/** Mixes batches in one way more or less. */
export function toggleWay({ name, options }: MixingWay): void {
  const others = ways.value.filter((way) => !(name in way));
  const byDefault = Object.fromEntries(options.map(({ name, value }) => [name, value]));
  ways.value = others.length < ways.value.length ? others : [...others, { [name]: byDefault }];
}

/** Sets an option of a way in which batches are mixed. */
export function setWay(name: string, option: string, value: MixingValue): void {
  ways.value = ways.value.map((way) => name in way ? { [name]: { ...way[name], [option]: value } } : way);
}

/** Sets options as they are in the preset. */
export function reset(options: readonly PresetOption[]): void {
  edits.value = options.reduce((all, option) => withEdit(all, option, option.values), edits.value);
}

const changesAsText = computed(() => JSON.stringify(changes.value));

effect(() => {
  changesAsText.value; // else the verdict stays as it is
  const train = sized.peek()?.train, dataset = summary.value;
  if (train === undefined || dataset === undefined) return;
  call("training", train).then((found) => {
    if (found !== undefined && summary.peek() === dataset) verdict.value = found;
  }, showFault);
});
