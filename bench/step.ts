/** `bench step`: complete training steps, where their time goes on the GPU and the host, and their memory. */
import type { Device, Matmul } from "../src/core/device.ts";
import { elapsed } from "../src/core/elapsed.ts";
import { byKernel } from "../src/core/profile.ts";
import type { Program } from "../src/core/program.ts";
import { type Precision, precisions } from "../src/nn/parameters.ts";
import { convFlops, countedConvs, stepFlops } from "./convs.ts";
import { FAMILIES, familyOf } from "./families.ts";
import type { Column } from "./report.ts";
import { ifItFits, isLeftOut, type Session, withDevice, withDevices } from "./session.ts";
import { median, takeTurns, type Timed, timedProgram } from "./timing.ts";
import { benchTrainer } from "./trainer.ts";
import { formatOf, startTraining, type Training, type TrainingPlan } from "./training.ts";

const MIB = 2 ** 20;
/** Minimum milliseconds of one measurement. */
const LEAST = 100;

const STEP: readonly Column[] = [
  { key: "ips", head: "images/s", width: 9 },
  { key: "milliseconds", head: "ms per step", width: 10 },
  { key: "replay_ms", head: "replay alone", width: 13 },
  { key: "gflops", head: "GFLOP/s", width: 9 },
  { key: "percent", head: "% of FMA", width: 9 },
  { key: "encode_ms", head: "encode + submit ms", width: 19 },
  { key: "encode_percent", head: "% of step", width: 10 },
];

const MEMORY: readonly Column[] = [
  { key: "dispatches", head: "dispatches", width: 10 },
  { key: "peak_mib", head: "peak MiB", width: 10 },
  { key: "program_mib", head: "activations and scratch", width: 24 },
  { key: "state_mib", head: "parameters, gradients, states", width: 31 },
];

const KERNELS: readonly Column[] = [
  { key: "family", head: "family", width: 16, isText: true },
  { key: "milliseconds", head: "ms", width: 9 },
  { key: "percent", head: "% of all", width: 9 },
  { key: "launches", head: "launches", width: 9 },
  { key: "gflops", head: "GFLOP/s", width: 9 },
  { key: "fma_percent", head: "% of FMA", width: 9 },
];

const PRECISIONS: readonly Column[] = [
  { key: "precision", head: "precision", width: 14, isText: true },
  { key: "speed", head: "speed", width: 7 },
  { key: "memory", head: "activations and scratch", width: 24 },
];

/** The steps to time: from the command line, with defaults that suit the adapter. */
export function defaultPlans({ options, software, multipliesMatrices }: Session): TrainingPlan[] {
  const { classes, models = software ? ["resnet18"] : ["resnet18", "resnet50"] } = options;
  const size = options.size ?? (software ? 64 : 224);
  const batches = options.batch ? [options.batch] : software ? [16] : [64, 256];
  const matmuls = options.matmul ? [options.matmul] : matmulsOf(multipliesMatrices);
  const formatsOf = (precision: Precision): Pick<TrainingPlan, "precision" | "matmul">[] =>
    precision === "32-true" ? matmuls.map((matmul) => ({ precision, matmul })) : [{ precision }];
  const formats = (options.precision ? [options.precision] : precisions).flatMap(formatsOf);
  return batches.flatMap((batch) =>
    models.flatMap((model) => formats.map((format) => ({ model, size, batch, classes, ...format })))
  );
}

/** The ways of multiplying f32 that an adapter has. */
function matmulsOf(multipliesMatrices: boolean): readonly Matmul[] {
  return multipliesMatrices ? ["f32", "split"] : ["f32"];
}

/** Times the step of each model. @throws DivergedError if a loss is not finite */
export async function benchStep(session: Session): Promise<void> {
  const plans = defaultPlans(session);
  for (const plan of plans) {
    const name = nameOf(plan);
    if (isLeftOut(session, name)) continue;
    const time = (device: Device) => timeStep(session, device, plan);
    await ifItFits(session, name, () => withDevice(session, time, plan.matmul));
  }
  const [first] = plans;
  await withDevice(session, (device) => benchTrainer(session, device, first), first.matmul);
  for (const turns of Map.groupBy(plans, ({ model, batch }) => `${model}, batch ${batch}`).values()) {
    const matmuls = turns.map(({ matmul }) => matmul), what = `number formats of ${nameOf(turns[0])}`;
    if (turns.length === 1 || isLeftOut(session, what)) continue;
    const compare = (devices: readonly Device[]) => compareFormats(session, devices, turns);
    await ifItFits(session, what, () => withDevices(session, matmuls, compare));
  }
}

/** "resnet18, 224 x 224, batch 64, 1000 classes, 16-mixed". */
function nameOf(plan: TrainingPlan): string {
  const { model, size, batch, classes } = plan;
  return `${model}, ${size} x ${size}, batch ${batch}, ${classes} classes, ${formatOf(plan)}`;
}

/** The step in each number format, in turn, relative to the first. */
async function compareFormats(
  session: Session,
  devices: readonly Device[],
  plans: readonly TrainingPlan[],
): Promise<void> {
  const trainings: Training[] = [];
  for (const [i, plan] of plans.entries()) {
    trainings.push(await startTraining(devices[i], plan, session.options.choices));
  }
  const steps = trainings.map((training, i) => wholeStep(devices[i], training));
  const [base, ...others] = await takeTurns(steps, { ...session.patience, least: LEAST });
  const { model, batch } = plans[0];
  const print = session.report.table(
    `${model}, batch ${batch}, against ${formatOf(plans[0])} in turns`,
    PRECISIONS,
  );
  others.forEach((milliseconds, i) => {
    const { program } = trainings[i + 1];
    print({
      precision: formatOf(plans[i + 1]),
      speed: base / milliseconds,
      memory: program.bytes / trainings[0].program.bytes,
    });
  });
}

/** Milliseconds of a replayed step, as in training. */
export async function stepTime(session: Session, device: Device, plan: TrainingPlan): Promise<number> {
  const training = await startTraining(device, plan, session.options.choices);
  const [milliseconds] = await takeTurns([wholeStep(device, training)], {
    ...session.patience,
    least: LEAST,
  });
  await training.losses();
  return milliseconds;
}

/** A step with the upload of its images, timed on the GPU. */
function wholeStep(device: Device, training: Training): Timed {
  return async (times) => await elapsed(device, () => training.run(times)) / times;
}

async function timeStep(session: Session, device: Device, plan: TrainingPlan): Promise<void> {
  const { model, size, batch, classes } = plan;
  const { report } = session;
  const training = await startTraining(device, plan, session.options.choices);
  report.table(`step of ${nameOf(plan)}`, STEP)({
    model,
    size,
    batch,
    classes,
    precision: formatOf(plan),
    ...await rates(session, device, training, plan),
  });
  report.table("its memory", MEMORY)(memory(device, training));
  await training.losses();
  if (device.gpu.features.has("timestamp-query")) await families(session, training, plan);
  else report.note("no time per kernel: the adapter has no timestamp queries");
}

/** The step as in training, with the upload of its images; the replay alone; and the host's share of it. */
async function rates(session: Session, device: Device, training: Training, plan: TrainingPlan) {
  const replay = timedProgram(device, training.program);
  const patience = { ...session.patience, least: LEAST };
  const [milliseconds, replay_ms] = await takeTurns([wholeStep(device, training), replay], patience);
  const gflops = stepFlops(plan.model, plan.size, plan.batch, plan.classes) / milliseconds / 1e6;
  const { speed, plausibility } = session;
  const isProbed = formatOf(plan) === "32-true"; // the probe multiplies f32, without matrix units
  const encode_ms = await encodeTime(device, training.program, session.patience.rounds);
  if (isProbed && !plausibility.allows(`the step of ${plan.model}`, gflops, speed.gflops)) {
    return { encode_ms };
  }
  return {
    ips: 1000 * plan.batch / milliseconds,
    milliseconds,
    replay_ms,
    gflops,
    percent: 100 * gflops / speed.gflops,
    encode_ms,
    encode_percent: 100 * encode_ms / milliseconds,
  };
}

/** Milliseconds that the host needs to encode and submit a program, without waiting. */
async function encodeTime(device: Device, program: Program, rounds: number): Promise<number> {
  const samples: number[] = [];
  for (let round = 0; round < 2 * rounds; round++) {
    await device.gpu.queue.onSubmittedWorkDone(); // GPU sync point
    const start = performance.now();
    program.run();
    samples.push(performance.now() - start);
  }
  return median(samples);
}

function memory(device: Device, { program, model, optimizer }: Training) {
  const { values, gradients, statistics, halves } = model.parameters;
  const state = [values, gradients, statistics, ...optimizer.states.values(), ...(halves ? [halves] : [])];
  return {
    dispatches: program.dispatches,
    peak_mib: device.pool.stats().peakBytes / MIB,
    program_mib: program.bytes / MIB,
    state_mib: state.reduce((sum, { bytes }) => sum + bytes, 0) / MIB,
  };
}

/** Time by kernel family, from timestamps around each launch. */
async function families(
  { report, speed }: Session,
  { program }: Training,
  plan: TrainingPlan,
): Promise<void> {
  const kernels = byKernel(await program.profile());
  const all = kernels.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const convs = countedConvs(plan.model, plan.size);
  const flops = (withStem: boolean) =>
    convs.reduce(
      (sum, { conv, count, needsDx }) =>
        sum + (needsDx || withStem ? count * convFlops(conv, plan.batch) : 0),
      0,
    );
  const work: Record<string, number> = {
    "conv forward": flops(true),
    "conv dgrad": flops(false),
    "conv wgrad": flops(true),
  };
  const print = report.table("its time by kernel family, by timestamps around each launch", KERNELS);
  for (const family of FAMILIES) {
    const members = kernels.filter(({ kernel }) => familyOf(kernel) === family);
    if (members.length === 0) continue;
    const milliseconds = members.reduce((sum, one) => sum + one.milliseconds, 0);
    const launches = members.reduce((sum, one) => sum + one.launches, 0);
    const gflops = work[family] && work[family] / milliseconds / 1e6;
    const fma_percent = gflops && 100 * gflops / speed.gflops;
    print({ family, milliseconds, percent: 100 * milliseconds / all, launches, gflops, fma_percent });
  }
  report.fact(`kernels of ${plan.model}`, kernels);
}
