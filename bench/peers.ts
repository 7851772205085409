/** `bench peers`: the same work in other engines on WebGPU, on the same adapter, alternating with wgrad. */
import { GpuError } from "../src/base/errors.ts";
import type { Device } from "../src/core/device.ts";
import { imagesToTorch } from "../src/nn/layout.ts";
import { topClasses } from "../src/data/target.ts";
import { requireClose, samples, tolerance } from "./check.ts";
import { checkConv, PASSES } from "./conv_case.ts";
import { COMPARED, convFlops, convName, stepFlops } from "./convs.ts";
import { torchConv, wgradConv } from "./peers/compared_conv.ts";
import { openJaxJs } from "./peers/jax_js.ts";
import { MissingPackage, type Peer, type PeerStep } from "./peers/peer.ts";
import { openTfjs } from "./peers/tfjs.ts";
import type { Column, Report } from "./report.ts";
import { type Session, withDevice } from "./session.ts";
import { takeTurns, timedByClock } from "./timing.ts";
import { OPTIMIZER, startTraining, type Training, type TrainingPlan } from "./training.ts";

/** The engines by name; each is loaded when it is needed. */
const ENGINES = { tfjs: openTfjs, "jax-js": openJaxJs };

/** A step that is compared, and with whom. */
interface Plan extends TrainingPlan {
  readonly engines: readonly string[];
}

/** The steps that are compared; jax-js has no depthwise convolution with a gradient. */
const PLANS: readonly Plan[] = [
  { model: "resnet18", size: 32, batch: 16, classes: 10, precision: "32-true", engines: ["tfjs", "jax-js"] },
  {
    model: "mobilenet_v3_small",
    options: { dropout: 0 },
    ...{ size: 96, batch: 16, classes: 10, precision: "32-true", engines: ["tfjs"] },
  },
];
/** Steps whose losses are compared, and the allowed relative error of each: rounding grows from step to step. */
const LOSSES = [1e-4, 1e-2, 5e-2, 1e-1] as const;

const COLUMNS: readonly Column[] = [
  { key: "engine", head: "engine", width: 20, isText: true },
  { key: "milliseconds", head: "ms", width: 9 },
  { key: "gflops", head: "GFLOP/s", width: 9 },
  { key: "percent", head: "% of FMA", width: 9 },
  { key: "ratio", head: "wgrad: times as fast", width: 20 },
  { key: "checked", head: "checked", width: 26, isText: true },
];

/** Something to time in each engine. */
interface Entry {
  readonly engine: string;
  readonly run: () => void | Promise<void>;
  readonly wait: () => Promise<void>;
  readonly checked: string;
}

/** Compares with every installed engine. @throws GpuError if an engine computes a different result */
export async function benchPeers(session: Session): Promise<void> {
  const { report, options } = session;
  if (options.gpu !== "auto") {
    report.print("");
    report.print(`peers    skipped: they open the runtime's own adapter, not gpu=${options.gpu}`);
    return;
  }
  const peers = await openPeers(report);
  if (peers.length === 0) return;
  await withDevice(session, (device) => compareConv(session, device, peers));
  for (const plan of PLANS.filter(({ model }) => `step of ${model}`.includes(options.only))) {
    const compared = peers.filter(({ name }) => plan.engines.includes(name));
    if (compared.length > 0) {
      await withDevice(session, (device) => compareStep(session, device, compared, plan));
    }
  }
  for (const { remarks } of peers) remarks.forEach((remark) => report.note(remark));
}

async function openPeers(report: Report): Promise<Peer[]> {
  const peers: Peer[] = [];
  report.print("");
  for (const [name, open] of Object.entries(ENGINES)) {
    try {
      const peer = await open();
      peers.push(peer);
      report.fact(name, peer.version);
      report.print(`peer     ${name} ${peer.version}`);
    } catch (error) {
      if (!(error instanceof MissingPackage)) throw error;
      report.fact(name, error.message);
      report.print(`peer     ${name} skipped: ${error.message}`);
    }
  }
  return peers;
}

/** The convolution case: y, dx and dw. */
async function compareConv(session: Session, device: Device, peers: readonly Peer[]): Promise<void> {
  const measured = session.options.choices === "measured"; // wgradConv() finds the device's choices
  await checkConv(device, COMPARED, { batch: 8, dtype: "f32", passes: PASSES, measured });
  const given = torchConv(COMPARED, 8);
  const own = await wgradConv(device, given);
  const expected = await own.results();
  const entries: Entry[] = [{ engine: "wgrad", ...own, checked: "against the naive sums" }];
  const all = [own];
  for (const peer of peers) {
    const conv = await peer.conv(given);
    all.push(conv);
    await conv.run();
    const results = await conv.results();
    for (const name of ["y", "dx", "dw"] as const) {
      const at = samples(expected[name].length, 1000);
      const pick = (values: ArrayLike<number>) => at.map((i) => values[i]);
      const terms = name === "dw" ? 8 * 28 * 28 : 9 * 64;
      requireClose(
        `${peer.name}'s ${name}`,
        pick(results[name]),
        pick(expected[name]),
        tolerance("f32", terms),
      );
    }
    entries.push({ engine: `${peer.name} ${peer.version}`, ...conv, checked: "y, dx and dw match wgrad's" });
  }
  const title = `${convName(COMPARED)}, batch 8, f32: forward, dgrad and wgrad`;
  await compare(session, title, 3 * convFlops(COMPARED, 8), entries);
  for (const conv of all) conv.free();
}

/** A training step, after comparing the losses. */
async function compareStep(
  session: Session,
  device: Device,
  peers: readonly Peer[],
  plan: Plan,
): Promise<void> {
  const { model, size, batch, classes } = plan;
  const training = await startTraining(device, plan, session.options.choices);
  const state = await training.model.parameters.state();
  const shape = [batch, 3, size, size];
  const images = { shape, values: imagesToTorch(shape, training.batch.images) };
  const { lr, betas, eps, weight_decay: weightDecay } = OPTIMIZER;
  const given = {
    layers: training.model.layers,
    state,
    images,
    labels: topClasses(training.batch.target),
    classes,
    lr,
    betas,
    eps,
    weightDecay,
  };
  const steps = new Map<string, PeerStep>();
  for (const peer of peers) steps.set(`${peer.name} ${peer.version}`, await peer.step(given));
  await compareLosses(session.report, training, steps);
  const wait = () => device.gpu.queue.onSubmittedWorkDone(); // GPU sync point
  const checked = `losses of ${LOSSES.length} steps agree`;
  const own = { engine: "wgrad", run: () => training.run(1), wait, checked: "-" };
  const others = [...steps].map(([engine, { run, wait }]) => ({ engine, run, wait, checked }));
  const title = `step of ${model}, ${size} x ${size}, batch ${batch}, ${classes} classes, f32, with AdamW`;
  await compare(session, title, stepFlops(model, size, batch, classes), [own, ...others]);
  for (const step of steps.values()) step.free();
}

/** Takes a few steps in every engine from equal parameters. @throws GpuError if the losses do not agree */
async function compareLosses(
  report: Report,
  training: Training,
  steps: ReadonlyMap<string, PeerStep>,
): Promise<void> {
  const print = report.table(
    `losses of the first steps, from equal parameters, learning rate ${OPTIMIZER.lr}`,
    [
      { key: "engine", head: "engine", width: 20, isText: true },
      ...LOSSES.map((_, i) => ({ key: `step${i + 1}`, head: `step ${i + 1}`, width: 9 })),
    ],
  );
  const row = (engine: string, losses: readonly number[]) =>
    print({ engine, ...Object.fromEntries(losses.map((loss, i) => [`step${i + 1}`, loss.toFixed(5)])) });
  await training.run(LOSSES.length);
  const own = await training.losses();
  row("wgrad", own);
  for (const [engine, step] of steps) {
    const losses: number[] = [];
    for (const _ of LOSSES) {
      await step.run();
      losses.push(await step.loss());
    }
    row(engine, losses);
    const wrong = losses.findIndex((loss, i) => !(Math.abs(loss - own[i]) <= LOSSES[i] * own[i]));
    if (wrong < 0) continue;
    throw new GpuError(
      `Cannot compare with ${engine} because its loss in step ${wrong + 1} is ${losses[wrong]}: wgrad's is ` +
        `${own[wrong]}, and ${100 * LOSSES[wrong]} % difference is allowed`,
    );
  }
  report.note(`allowed difference from wgrad's: ${LOSSES.map((share) => `${100 * share} %`).join(", ")}`);
}

/** Times the engines in turn, and prints each with wgrad's lead. */
async function compare(
  session: Session,
  title: string,
  flops: number,
  entries: readonly Entry[],
): Promise<void> {
  const timed = entries.map(({ run, wait }) => timedByClock(run, wait));
  const medians = await takeTurns(timed, { ...session.patience, least: 300 });
  const { report, speed, plausibility } = session;
  const print = report.table(title, COLUMNS);
  let own: number | undefined;
  entries.forEach(({ engine, checked }, i) => {
    const milliseconds = medians[i], gflops = flops / milliseconds / 1e6;
    if (!plausibility.allows(`${engine}'s ${title}`, gflops, speed.gflops)) {
      return print({ engine, checked: "failed: not waited for" });
    }
    const percent = 100 * gflops / speed.gflops;
    print({ engine, milliseconds, gflops, percent, ratio: own && milliseconds / own, checked });
    if (i === 0) own = milliseconds;
  });
}
