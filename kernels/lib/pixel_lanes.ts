/** Kernels that reduce over the channels of each pixel: a thread for each, or the lanes of a workgroup. */

/** Lanes of a workgroup along the channels of a pixel, and pixels of a workgroup. */
export interface PixelLanes {
  readonly channels: number;
  readonly pixels: number;
  /** Workgroups for a number of pixels, folded if one dimension is too short. */
  grid(rows: number): [number, number, number];
}

function lanes(channels: number, pixels: number): PixelLanes {
  return {
    channels,
    pixels,
    grid(rows) {
      const groups = Math.ceil(rows / pixels), layers = Math.ceil(groups / 65535);
      return [1, Math.ceil(groups / layers), layers];
    },
  };
}

/** For software adapters, where lanes synchronise slowly. */
export const SERIAL_PIXELS = lanes(1, 64);
/** For GPUs. */
export const PARALLEL_PIXELS = lanes(16, 4);

/**
 * WGSL: `lane_sum(value, id)`, the sums over the lanes of a pixel as a tree of fixed order. Every lane gets them; all
 * must call, from uniform control flow.
 */
export function laneSums({ channels, pixels }: PixelLanes): string {
  if (channels === 1) return "fn lane_sum(own: vec2f, _id: vec3u) -> vec2f { return own; }";
  return `
var<workgroup> lane_values: array<vec2f, ${channels * pixels}>;
fn lane_sum(own: vec2f, id: vec3u) -> vec2f {
  let at = id.y % ${pixels}u * ${channels}u + id.x;
  lane_values[at] = own;
  for (var step = ${channels / 2}u; step > 0u; step >>= 1u) {
    workgroupBarrier();
    if (id.x < step) { lane_values[at] += lane_values[at + step]; }
  }
  workgroupBarrier();
  let total = lane_values[at - id.x];
  workgroupBarrier();
  return total;
}`;
}

/** WGSL: `body` for each vector \`c\` of a pixel's channels that the thread handles. */
export function pixelLoop({ channels }: PixelLanes, body: string): string {
  return `for (var c = id.x; c < c4; c += ${channels}u) { ${body} }`;
}
