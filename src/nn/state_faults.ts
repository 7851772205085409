/** Checks whether a state dict fits a model: every name, every shape. */
import { few } from "../base/few.ts";
import { formatShape, sameShape, type Shape } from "../base/shape.ts";

/** A tensor that a model needs. */
interface Wanted {
  readonly name: string;
  readonly declaration: { readonly torchShape: Shape };
}

/**
 * What does not fit in `state`, as the end of a message, or undefined if everything fits.
 * @param wanted the tensors that the model needs
 * @param known all names that are allowed
 */
export function stateFaults(
  state: ReadonlyMap<string, { readonly shape: Shape }>,
  wanted: readonly Wanted[],
  known: ReadonlySet<string>,
): string | undefined {
  const show = (name: string, shape: Shape) => `${name} ${formatShape(shape)}`;
  const missing: string[] = [], misshapen: string[] = [];
  for (const { name, declaration: { torchShape } } of wanted) {
    const shape = state.get(name)?.shape;
    if (shape === undefined) missing.push(show(name, torchShape));
    else if (!sameShape(shape, torchShape)) {
      misshapen.push(`${show(name, shape)} instead of ${formatShape(torchShape)}`);
    }
  }
  const unexpected = [...state].filter(([name]) => !known.has(name)).map(([name, { shape }]) =>
    show(name, shape)
  );
  const kinds = { missing, unexpected, "of another shape": misshapen };
  const lines = Object.entries(kinds).filter(([, names]) => names.length > 0)
    .map(([kind, names]) => `\n- ${names.length} ${kind}: ${few(names)}`);
  return lines.length > 0 ? `its tensors do not fit:${lines.join("")}` : undefined;
}
