/** ema.json: one value and its moving average, step by step, through the kernel that averages a model. */
import * as z from "zod";
import type { Device } from "../core/device.ts";
import { persistent } from "../core/tensor.ts";
import { ema, emaDecay } from "../optim/ema.ts";
import { STEP_SCALARS, stepScalars } from "../optim/step_scalars.ts";
import type { Row, Suite } from "./case.ts";
import { byLargest, compare } from "./compare.ts";
import type { CaseFolder } from "./folder.ts";

/** Relative to the sequence's largest magnitude; the file was computed in float64. */
const EMA_TOLERANCE = 2e-6;

const track = z.object({
  decay: z.number(),
  initial: z.number(),
  track: z.array(z.object({ step: z.int().positive(), w: z.number(), ema: z.number() })).min(1),
});

type Track = z.output<typeof track>;

/** The sequence in ema.json. */
export async function emaCases(folder: CaseFolder): Promise<Suite> {
  const given = await folder.json("ema.json", track);
  return {
    cases: [{ name: "ema", gpu: true, run: async (device) => [await runTrack(device, given)] }],
    notCovered: [],
  };
}

async function runTrack(device: Device, { decay, initial, track }: Track): Promise<Row> {
  const four = (value: number) => new Array(4).fill(value);
  const weights = persistent(device, [4], "f32", "parity weights");
  const scalars = persistent(device, [STEP_SCALARS], "f32", "parity step scalars");
  weights.write(four(initial));
  const { averages: [average], update, free } = ema([weights]);
  const values: number[] = [];
  for (const { step, w } of track) {
    weights.write(four(w));
    scalars.write(stepScalars([], { emaDecay: emaDecay(decay, step) }));
    update(scalars);
    values.push((await average.read())[0]); // GPU sync point
  }
  free();
  for (const tensor of [weights, scalars]) tensor.free();
  const expected = track.map(({ ema }) => ema);
  return {
    name: "ema",
    comparisons: [compare("averages", values, expected, byLargest(expected, EMA_TOLERANCE))],
  };
}
