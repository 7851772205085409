import { elementwiseUpdate, gatherStep, RATE_BLOCK } from "../../../kernels/elementwise_update.ts";
import { streamSource } from "../../core/device.ts";
import { kernel } from "../../core/kernel.ts";
import { flat, piecesOf, type Range } from "../../core/pieces.ts";
import { persistent, type Tensor } from "../../core/tensor.ts";
import { OWN_SCALARS } from "../step_scalars.ts";
import type { FlatParameters, Optimizer, StepInputs } from "./optimizer.ts";

const gather = kernel("update_gather", gatherStep);

/** An optimiser that treats each element independently, defined in WGSL. */
export interface ElementwiseOptions {
  /** PyTorch's name of the optimiser. */
  readonly label: string;
  /** Names of the states in checkpoints, at most three; the rule refers to `adamw.m` as `m`. */
  readonly states: readonly string[];
  /** Assigns new values to `p` and the states, as explained in kernels/elementwise_update.ts. */
  readonly rule: string;
  /** Like {@link Optimizer.scalars}; the rule reads them as `s`. */
  scalars(step: number, lr: number): readonly number[];
  /**
   * `fn counted(s: vec4f, steps: f32) -> vec4f`: recomputes on the GPU the parts of `s` that depend on the step's
   * number, from the number of steps taken. Used in mixed precision, where skipped steps do not count.
   */
  readonly counted?: string;
  /** Whether norms and biases decay too. */
  readonly decaysAll: boolean;
  /** The ranges of elements that it updates, in multiples of 128; by default all that are trained. */
  readonly ranges?: readonly Range[];
}

/** Bytes of the pieces that are copied into textures: few launches, and all tensors of a piece fit a processor's cache. */
const TEXTURE_PIECE = 2 ** 22;

/** Creates such an optimiser: one dispatch over each piece of the flat buffers, preceded by a small one. */
export function elementwise(options: ElementwiseOptions, parameters: FlatParameters): Optimizer {
  const { label, rule, scalars: scalarsOf, decaysAll } = options;
  const { values, halves, rates, trained = [0, values.size] } = parameters;
  const { ranges = [trained] } = options;
  const { device } = values, operands = streamSource(device);
  const decayed = decaysAll ? values.size : parameters.decayed;
  const update = kernel(`update_${label.toLowerCase()}`, elementwiseUpdate);
  const states = new Map(options.states.map((name) => [name, flat(device, values.size, "f32", name)]));
  const now = persistent(device, [8], "f32", "what the update reads of the step");
  const own = [...states].map(([name, tensor]) => [name.slice(name.lastIndexOf(".") + 1), tensor] as const);

  const updateRange = ([start, end]: Range, { gradients, maxValue }: StepInputs) => {
    /** The range of a flat buffer; f16 copies end earlier. */
    const part = (flat: Tensor) => flat.slice(start, [Math.min(end, flat.size) - start]);
    const copies = halves && halves.size > start ? halves : undefined;
    const bound = own.map(([name, tensor]) => [`state_${name}`, part(tensor)] as const);
    const old = [["values", values] as const, ...own].map(([name, tensor]) => [`old_${name}`, part(tensor)]);
    const tensors = {
      step: now,
      gradients: part(gradients),
      values: part(values),
      ...(copies && { halves: part(copies) }),
      ...(rates && { rates }),
      ...Object.fromEntries(bound),
      ...(operands === "texture" && Object.fromEntries(old)),
    };
    update.run(tensors, {
      count: end - start,
      decayed: Math.min(Math.max(decayed - start, 0), end - start),
      states: own.map(([name]) => name),
      rule,
      maxValue,
      mixed: copies !== undefined,
      firstRate: rates && start / RATE_BLOCK,
      operands,
    });
  };

  return {
    label,
    states,
    scalars: scalarsOf,
    step(inputs) {
      const { scalars, clip, decision: { taken, skips } } = inputs;
      const counted = skips ? options.counted : undefined;
      gather.run({ scalars, taken, clip, step: now }, { slot: OWN_SCALARS / 4, counted });
      const most = operands === "texture" ? TEXTURE_PIECE : undefined;
      for (const piece of ranges.flatMap((range) => piecesOf(device, range, most))) {
        updateRange(piece, inputs);
      }
    },
    free() {
      now.free();
      for (const tensor of states.values()) tensor.free();
    },
  };
}
