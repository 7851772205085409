/** Determines the architecture and the classes of a state dict whose file does not record them. */
import { sameShape, type Shape } from "../../base/shape.ts";
import { declareLayers, headOf } from "../declare_layers.ts";
import { architecture, type ChosenModel, type ModelName, modelNames } from "./mod.ts";

/** A state dict, or its shapes. */
type Tensors = ReadonlyMap<string, { readonly shape: Shape }>;

/** The architecture that matches most of the tensors; undefined if none matches any. */
export function recognize(tensors: Tensors): ModelName | undefined {
  const counted = modelNames.map((name) => {
    const { body } = parts({ name });
    const shared = body.filter(({ name, declaration }) =>
      sameShape(tensors.get(name)?.shape ?? [], declaration.torchShape)
    ).length;
    return { name, shared, fit: shared - (body.length - shared) };
  });
  const [best] = counted.filter(({ shared }) => shared > 0).toSorted((a, b) => b.fit - a.fit);
  return best?.name;
}

/** The parameter of an architecture's head that has a value for each class: "fc.bias". */
export function classParameter(chosen: ChosenModel): string {
  return parts(chosen).head.at(-1)!;
}

/** The names of the head's parameters, and all others, whose shapes do not depend on the classes. */
function parts(chosen: ChosenModel) {
  const declared = declareLayers(architecture(chosen, 1).stages.flat());
  const head = headOf(declared).parameters;
  return { head, body: declared.parameters.filter(({ name }) => !head.includes(name)) };
}
