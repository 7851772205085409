/** How a product's kernel reads its operands. */
import type { ElementType } from "./source.ts";

/** Vectors of `width` adjacent elements, as the WGSL type `type`, of a stage of `depth` steps along the inner axis. */
export interface Reading {
  readonly width: 4 | 8;
  readonly type: "vec4f" | "vec2u" | "vec4u";
  readonly depth: number;
  /** WGSL: the vector that an element of the binding holds. */
  load(element: string): string;
}

/** Four elements as f32. */
export function readingFloats(depth: number): Reading {
  return { width: 4, type: "vec4f", depth, load: (element) => `load4(${element})` };
}

/** As stored: eight f16, or four where an axis of `count` elements is no multiple of eight; of f32 four. */
export function readingStored(type: ElementType, count: number, depth: number): Reading {
  const load = (element: string) => element;
  if (type === "f32") return { width: 4, type: "vec4f", depth, load };
  return count % 8 === 0
    ? { width: 8, type: "vec4u", depth, load }
    : { width: 4, type: "vec2u", depth, load };
}
