/**
 * Shared by the augmentation kernels. Between kernels a pixel is a word of 8-bit levels, R | G << 8 | B << 16, and an
 * image is a square of them whose rows are padded to whole runs of a thread; the padding is never read. A dispatch
 * works through a list of jobs, one for each image (workgroup_id.z); a job is a row of words that locate the image
 * and specify the operation. Jobs, tables and uploaded pixels are in one buffer.
 */
import { uniformFields, unroll } from "./source.ts";

/** Words of a job. */
export const JOB_WORDS = 32;

/** The offset of a dispatch's jobs in their buffer, in words, and their number. */
export interface Jobs {
  readonly first: number;
  readonly count: number;
}

/** WGSL: bindings 0 (`jobs`) and 1 (the offset of the first job). */
export const jobList = `
@group(0) @binding(0) var<storage, read> jobs: array<vec4u>;
${uniformFields(1, { first_job: 0 })}`;

/** WGSL: loads the first `count` words of job `id.z`, four at a time, which halves the cost on software adapters. */
export function loadJob(count: number): string {
  const first = `u32(g.first_job / 4) + id.z * ${JOB_WORDS / 4}u`;
  return unroll(Math.ceil(count / 4), (i) => `let job_${i} = jobs[${first} + ${i}u];`);
}

/** WGSL: word `i` of a job loaded by {@link loadJob}; `number` reads it as f32. */
export const word = (i: number): string => `job_${i >> 2}.${"xyzw"[i & 3]}`;
export const number = (i: number): string => `bitcast<f32>(${word(i)})`;

/** WGSL: converts a pixel's word to its levels and back. */
export const pixels = `
fn levels(pixel: u32) -> vec3u { return vec3u(pixel & 255u, (pixel >> 8u) & 255u, pixel >> 16u); }
// the level of a sum in fixed point with 22 fractional bits, signed because a cubic's weights are
fn level_of(sum: vec3u) -> vec3u { return vec3u(clamp(vec3i(sum) >> vec3u(22u), vec3i(0), vec3i(255))); }
fn packed(value: vec3u) -> u32 { return value.x | (value.y << 8u) | (value.z << 16u); }`;

/** Adjacent pixels of a row that a thread of the kernels over squares handles at once: a vector of words. */
export const RUN = 4;

/** Words in a row of a square. */
export function pitchOf(side: number): number {
  return Math.ceil(side / RUN) * RUN;
}

/** Workgroups of 8 x 8 threads, each with {@link RUN} pixels of a row, over images of `side` x `side`. */
export function squareGrid(side: number, { count }: Jobs): [number, number, number] {
  return [Math.ceil(side / (8 * RUN)), Math.ceil(side / 8), count];
}

/** Threads along a row when each handles every {@link ROW_THREADS}-th run, so that it loads its job once. */
export const ROW_THREADS = 8;

/** Workgroups of {@link ROW_THREADS} x 8 threads over the rows of images of `side` x `side`. */
export function rowGrid(side: number, { count }: Jobs): [number, number, number] {
  return [1, Math.ceil(side / 8), count];
}

/** WGSL: `body` for pixel `i` of a run, if it is not in the padding at the end of a row. */
export function unpadded(side: number, i: number, body: string): string {
  return side % RUN === 0 ? `{ ${body} }` : `if (column + ${i}u < ${side}u) { ${body} }`;
}

/** WGSL: runs `body` for each run of the thread, whose first pixel is at `column`. */
export function eachRun(side: number, body: string): string {
  return `for (var column = id.x * ${RUN}u; column < ${side}u; column += ${ROW_THREADS * RUN}u) {
  ${body}
  }`;
}
