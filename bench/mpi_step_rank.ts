/**
 * One of the ranks that `bench mpi` starts: times training steps by themselves, and with gradients summed over ranks at
 * once, in buckets, and in f16, in turns. Rank 0 prints one line of JSON.
 * `deno run -A bench/mpi_step_rank.ts ROUNDS MODEL SIZE BATCH CLASSES`
 */
import { openDevice } from "../src/core/device.ts";
import { openGpu } from "../src/host/deno_gpu.ts";
import { openMpi } from "../src/host/deno_mpi.ts";
import type { ModelName } from "../src/nn/models/mod.ts";
import { mpiLaunch } from "../src/setup/mpi_launch.ts";
import { median } from "./timing.ts";
import { type Shared, startTraining, type TrainingPlan } from "./training.ts";

/** What rank 0 prints: milliseconds of a step, by how gradients are summed. */
export type StepTimes = readonly { readonly what: string; readonly ms: number }[];

/** More than any model has: one bucket. */
const ALL = 2 ** 20;

const WAYS: readonly (readonly [what: string, how: Omit<Shared, "ranks"> | undefined])[] = [
  ["not at all", undefined],
  ["at once", { bucketCapMb: ALL }],
  ["in buckets of 25 MiB", { bucketCapMb: 25 }],
  ["in buckets of 5 MiB", { bucketCapMb: 5 }],
  ["in buckets of 5 MiB, f16", { bucketCapMb: 5, commHook: "fp16_compress_hook" }],
];

async function measure(rounds: number, plan: TrainingPlan): Promise<StepTimes | undefined> {
  const ranks = openMpi(mpiLaunch((name) => Deno.env.get(name))!), { rank } = ranks;
  const device = await openDevice(await openGpu());
  const trainings = [];
  for (const [what, how] of WAYS) {
    const training = await startTraining(device, plan, "first", how && { ...how, ranks });
    trainings.push({ what, training, times: [] as number[] });
  }
  for (let round = -1; round < rounds; round++) { // the first one touches new memory
    for (const { training, times } of trainings) {
      await ranks.barrier();
      const start = performance.now();
      await training.run(1);
      await device.gpu.queue.onSubmittedWorkDone();
      if (round >= 0) times.push(performance.now() - start);
    }
  }
  for (const { training } of trainings) await training.losses();
  await ranks.close();
  return rank === 0 ? trainings.map(({ what, times }) => ({ what, ms: median(times) })) : undefined;
}

if (import.meta.main) {
  const [rounds, model, ...numbers] = Deno.args, [size, batch, classes] = numbers.map(Number);
  const plan = { model: model as ModelName, size, batch, classes, precision: "32-true" } as const;
  const times = await measure(Number(rounds), plan);
  if (times) console.log(JSON.stringify(times));
  Deno.exit(0);
}
