/** Determines the architecture and the classes of a state dict whose file does not record them. */
import type { Shape } from "../../base/shape.ts";
import { declareLayers, headOf } from "../declare_layers.ts";
import { locate, type Wanted } from "./locate.ts";
import { architecture, type ChosenModel, type ModelName, modelNames, models } from "./mod.ts";

/** Any number of classes: what is looked for does not depend on it. */
const CLASSES = 1;

/** A model to look for in a file. */
export interface WantedModel extends Wanted, ChosenModel {
  readonly name: ModelName;
}

/** A model to look for. */
export function wanted(chosen: ChosenModel): WantedModel {
  return { ...chosen, layers: architecture(chosen, CLASSES).stages.flat() };
}

/** Every model in each form that its files can have: with its default options, and those with a small stem. */
export function everyModel(): readonly WantedModel[] {
  return every ??= modelNames.flatMap((name) => {
    const forms: ChosenModel[] = [{ name }];
    if ("stem" in models[name].options.shape) forms.push({ name, options: { stem: "small" } });
    return forms.map(wanted);
  });
}

let every: WantedModel[] | undefined;

/** The model that fits a state dict without faults, its head aside; undefined if there is none. */
export function recognize(
  tensors: ReadonlyMap<string, { readonly shape: Shape }>,
): ChosenModel | undefined {
  const [best] = locate(tensors, everyModel());
  return best?.faults === 0 ? best.network : undefined;
}

/** The parameter of an architecture's head that has a value for each class: "fc.bias". */
export function classParameter(chosen: ChosenModel): string {
  return headOf(declareLayers(wanted(chosen).layers)).parameters.at(-1)!;
}
