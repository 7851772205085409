/** Shapes of state dicts, and the names that other libraries give them. */
import type { Shape } from "../../../src/base/shape.ts";
import { declareLayers } from "../../../src/nn/declare_layers.ts";
import { architecture, type ModelName } from "../../../src/nn/models/mod.ts";

/** A tensor without values. */
export type Shaped = { readonly shape: Shape };

/** The shapes of a model's state dict, with PyTorch's counters. */
export function shapesOf(name: ModelName, classes: number): Map<string, Shaped> {
  const { parameters, buffers } = declareLayers(architecture({ name }, classes).stages.flat());
  const counters = buffers.filter(({ name }) => name.endsWith("running_var")).map(({ name }) =>
    [name.replace("running_var", "num_batches_tracked"), { shape: [] }] as const
  );
  return new Map([
    ...[...parameters, ...buffers].map(({ name, declaration }) =>
      [name, { shape: declaration.torchShape }] as const
    ),
    ...counters,
  ]);
}

/** The same tensors with `prefix` before their names. */
export function under<T>(prefix: string, tensors: ReadonlyMap<string, T>): Map<string, T> {
  return new Map([...tensors].map(([name, tensor]) => [prefix + name, tensor]));
}
