/**
 * The names that configurations written for PyTorch may use in `_target_`, and their equivalents here. Names
 * are only looked up in this list: nothing is imported or called.
 */

import type { Family, Fate, Place, Target } from "../target.ts";
import * as original from "./classifier_training.ts";
import * as lightning from "./lightning.ts";
import * as timm from "./timm.ts";
import * as torch from "./torch.ts";
import * as torchvision from "./torchvision.ts";

/** All of them, in the order of docs/bridge.md. */
export const families: readonly Family[] = [
  original.models,
  original.data,
  original.transforms,
  original.callbacks,
  lightning.callbacks,
  lightning.loggers,
  lightning.trainer,
  torch.losses,
  torch.optimizers,
  torch.schedules,
  torchvision.models,
  torchvision.transforms,
  timm.mixing,
];

/** Lightning's Trainer. */
export const TRAINER: Target = lightning.trainer.classes.Trainer;

/** Keys of Hydra's instantiate(), which is never called here. */
export const INSTANTIATE: readonly string[] = ["_target_", "_partial_", "_recursive_", "_convert_"];

/** The keys of a class that are accepted without its `_target_`, too: they have no effect, or concern callbacks. */
export const accepted: Readonly<Partial<Record<Place, Target>>> = {
  trainer: acceptedOf(TRAINER),
  data: acceptedOf(original.data.classes.ImageFolderDataModule),
};

function acceptedOf(target: Target): Target {
  const entries = Object.entries(target.options).flatMap(([key, fate]): [string, Fate][] => {
    if (fate.kind === "switch") return [[key, { kind: "switch", callback: fate.callback }]];
    return fate.kind === "moot" && key !== "num_classes" ? [[key, fate]] : [];
  });
  return { place: target.place, name: undefined, adds: {}, options: Object.fromEntries(entries) };
}

/** The equivalent of a `_target_` in a part of the configuration, or undefined if it is unknown there. */
export function findTarget(name: string, place: Place): Target | undefined {
  const dot = name.lastIndexOf(".");
  const home = name.slice(0, dot), own = name.slice(dot + 1);
  const isIn = (pattern: string) => {
    const root = pattern.replace(/\.\*$/, "");
    return home === root || (root !== pattern && home.startsWith(`${root}.`));
  };
  return families.filter((one) => one.place === place && one.modules.some(isIn))
    .map(({ classes }) => Object.hasOwn(classes, own) ? classes[own] : undefined)
    .find((target) => target !== undefined);
}

/** A family's class with its module: `lightning.pytorch.callbacks.ModelCheckpoint`. */
export function fullName({ modules: [home] }: Family, name: string): string {
  return `${home.replace(/\.\*$/, "")}.${name}`;
}

/** A part's targets by full name, for messages. */
export function knownTargets(place: Place, isWanted: (target: Target) => boolean): string[] {
  return families.filter((one) => one.place === place).flatMap((one) =>
    Object.entries(one.classes).filter(([, target]) => isWanted(target)).map(([name]) => fullName(one, name))
  );
}
