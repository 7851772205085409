/**
 * What the kernels of augmentation share. Between two kernels a pixel is a word of 8-bit levels, R | G << 8 | B << 16.
 * A dispatch works through a list of jobs, one for each picture (workgroup_id.z); a job is a row of words that say
 * where the picture lies and what is to be done. Jobs, tables and uploaded pixels lie in one buffer, `data`.
 */
import { uniformFields } from "./source.ts";

/** Words of a job. */
export const JOB_WORDS = 32;

/** Where the jobs of a dispatch lie in `data`, and how many there are. */
export interface Jobs {
  readonly first: number;
  readonly count: number;
}

/** WGSL: bindings 0 (`data`) and 1 (the place of the first job), and a job's words as integers and as floats. */
export const jobs = `
@group(0) @binding(0) var<storage, read> data: array<u32>;
${uniformFields(1, { first_job: 0 })}
fn word(job: u32, i: u32) -> u32 { return data[u32(g.first_job) + job * ${JOB_WORDS}u + i]; }
fn number(job: u32, i: u32) -> f32 { return bitcast<f32>(word(job, i)); }`;

/** WGSL: a pixel's word to its levels and back. */
export const pixels = `
fn levels(pixel: u32) -> vec3u { return vec3u(pixel & 255u, (pixel >> 8u) & 255u, (pixel >> 16u) & 255u); }
fn packed(value: vec3u) -> u32 { return value.x | (value.y << 8u) | (value.z << 16u); }`;

/** Pixels of a row that a thread of the kernels over square pictures does. */
export const RUN = 4;

/** Workgroups of 8 x 8 threads, each with {@link RUN} pixels of a row, over `jobs` pictures of `side` x `side`. */
export function squareGrid(side: number, { count }: Jobs): [number, number, number] {
  return [Math.ceil(side / (8 * RUN)), Math.ceil(side / 8), count];
}
