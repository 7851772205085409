/** Collects the parameters and statistics that the layers of a network declare, in torchvision's names and order. */
import type { Shape } from "../base/shape.ts";
import type { Layout } from "./layout.ts";
import { type Init, Parameter } from "./parameters.ts";

/** Collects what layers declare. */
export class Declarations {
  readonly parameters: Parameter[] = [];
  readonly buffers: Parameter[] = [];

  /** @param freeze modules and parameters that keep their values: "layer1", "layer2.0.bn1", "conv1.weight" */
  constructor(readonly freeze: readonly string[] = []) {}

  parameter(name: string, layout: Layout, torchShape: Shape, init: Init): void {
    const decays = layout !== "vector", frozen = this.freeze.some((prefix) => isWithin(name, prefix));
    this.parameters.push(new Parameter({ name, layout, torchShape, init, decays, frozen }));
  }

  buffer(name: string, torchShape: Shape, init: Init): void {
    this.buffers.push(new Parameter({ name, layout: "vector", torchShape, init, decays: false }));
  }
}

/** True if `name` is `module` or starts with it and a dot, so that "layer1" does not match "layer10". */
export function isWithin(name: string, module: string): boolean {
  return name === module || name.startsWith(module.endsWith(".") ? module : `${module}.`);
}
