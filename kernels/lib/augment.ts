/**
 * What the kernels of augmentation share. Between two kernels a pixel is a word of 8-bit levels, R | G << 8 | B << 16,
 * and a picture a square of them whose rows are as long as whole runs of a thread; what lies behind the last column is
 * never looked at. A dispatch works through a list of jobs, one for each picture (workgroup_id.z); a job is a row of
 * words that say where the picture lies and what is to be done. Jobs, tables and uploaded pixels lie in one buffer.
 */
import { uniformFields, unroll } from "./source.ts";

/** Words of a job. */
export const JOB_WORDS = 32;

/** Where the jobs of a dispatch lie in their buffer, in words, and how many there are. */
export interface Jobs {
  readonly first: number;
  readonly count: number;
}

/** WGSL: bindings 0 (`jobs`) and 1 (the place of the first job). */
export const jobList = `
@group(0) @binding(0) var<storage, read> jobs: array<vec4u>;
${uniformFields(1, { first_job: 0 })}`;

/** WGSL: loads the first `count` words of job `id.z`, four at a time, as that costs software adapters half. */
export function loadJob(count: number): string {
  const first = `u32(g.first_job / 4) + id.z * ${JOB_WORDS / 4}u`;
  return unroll(Math.ceil(count / 4), (i) => `let job_${i} = jobs[${first} + ${i}u];`);
}

/** WGSL: word `i` of a job that {@link loadJob} has loaded; `number` reads it as f32. */
export const word = (i: number): string => `job_${i >> 2}.${"xyzw"[i & 3]}`;
export const number = (i: number): string => `bitcast<f32>(${word(i)})`;

/** WGSL: a pixel's word to its levels and back. */
export const pixels = `
fn levels(pixel: u32) -> vec3u { return vec3u(pixel & 255u, (pixel >> 8u) & 255u, pixel >> 16u); }
fn packed(value: vec3u) -> u32 { return value.x | (value.y << 8u) | (value.z << 16u); }`;

/** Neighbouring pixels of a row that a thread of the kernels over squares does at once: a vector of words. */
export const RUN = 4;

/** Words of a square's row. */
export function pitchOf(side: number): number {
  return Math.ceil(side / RUN) * RUN;
}

/** Workgroups of 8 x 8 threads, each with {@link RUN} pixels of a row, over pictures of `side` x `side`. */
export function squareGrid(side: number, { count }: Jobs): [number, number, number] {
  return [Math.ceil(side / (8 * RUN)), Math.ceil(side / 8), count];
}

/** Threads of a row where each does every so many-th run, so that it loads its job once for all. */
export const ROW_THREADS = 8;

/** Workgroups of {@link ROW_THREADS} x 8 threads over the rows of pictures of `side` x `side`. */
export function rowGrid(side: number, { count }: Jobs): [number, number, number] {
  return [1, Math.ceil(side / 8), count];
}

/** WGSL: carries out `body` for each run of the thread, whose first pixel is at `column`. */
export function eachRun(side: number, body: string): string {
  return `for (var column = id.x * ${RUN}u; column < ${side}u; column += ${ROW_THREADS * RUN}u) {
  ${body}
  }`;
}
