/** `bench kernels`: every convolution of the models, pass by pass, and the memory-bound kernels. */
import type { ModelName } from "../src/nn/models/mod.ts";
import { COMPARED, convFlops, convName, type CountedConv, countedConvs } from "./convs.ts";
import { type Pass, PASSES, timeConv } from "./conv_case.ts";
import { timeMemoryKernels } from "./memory_kernels.ts";
import type { Column, Row } from "./report.ts";
import { type Session, withDevice } from "./session.ts";

/** Milliseconds of each convolution by its name. */
type Times = ReadonlyMap<string, Partial<Record<Pass, number>>>;

/** Prints both tables. @throws GpuError if a kernel computes a wrong result */
export async function benchKernels(session: Session): Promise<void> {
  const { options, software } = session;
  const models = options.models ?? ["resnet18", "resnet50"];
  const size = options.size ?? (software ? 64 : 224), batch = options.batch ?? (software ? 8 : 64);
  await benchConvs(session, models, size, batch);
  await timeMemoryKernels(session, models[0], size, batch);
}

async function benchConvs(
  session: Session,
  models: readonly ModelName[],
  size: number,
  batch: number,
): Promise<void> {
  const { options: { only, precision = "32-true", choices }, report } = session;
  const counted = new Map(models.map((model) => [model, countedConvs(model, size)]));
  const title =
    `convolutions, images ${size} x ${size}, batch ${batch}, ${precision}: GFLOP/s and % of the FMA probe`;
  const print = report.table(title, columns(models));
  const times = new Map<string, Partial<Record<Pass, number>>>();
  const dtype = precision === "32-true" ? "f32" : "f16";
  const measure = async (conv: CountedConv["conv"], passes: readonly Pass[], batch: number, name: string) => {
    if (!name.includes(only)) return;
    const run = { batch, dtype, passes, measured: choices === "measured" } as const;
    const time = await withDevice(session, (device) => timeConv(device, conv, run, session.patience));
    times.set(name, time);
    const uses = Object.fromEntries(models.map((model) => [model, usesOf(counted.get(model)!, name)]));
    const flops = convFlops(conv, batch);
    print({ name, batch, ...uses, ...rates(session, name, (pass) => [flops, time[pass]]) });
  };
  await measure(COMPARED, PASSES, 8, `${convName(COMPARED)}, batch 8`);
  const distinct = new Map([...counted.values()].flat().map((one) => [convName(one.conv), one]));
  for (const [name, { conv, needsDx }] of distinct) {
    await measure(conv, needsDx ? PASSES : ["forward", "wgrad"], batch, name);
  }
  for (const [model, convs] of counted) {
    if (!convs.every(({ conv }) => times.has(convName(conv)))) continue; // --only excluded some
    print(totals(session, model, convs, times, batch));
  }
}

function columns(models: readonly ModelName[]): Column[] {
  return [
    { key: "name", head: "layer", width: 26, isText: true },
    ...models.map((model) => ({ key: model, head: model.replace("resnet", "in "), width: 5 })),
    ...PASSES.flatMap((pass) => [
      { key: `${pass}_gflops`, head: pass, width: 8 },
      { key: `${pass}_percent`, head: "%", width: 5 },
    ]),
  ];
}

function usesOf(convs: readonly CountedConv[], name: string): number | undefined {
  return convs.find(({ conv }) => convName(conv) === name)?.count;
}

/** Rate, share of the probe and milliseconds of each pass. */
function rates(
  { speed: { gflops: probe }, plausibility, options: { precision = "32-true" } }: Session,
  name: string,
  work: (pass: Pass) => [flops: number, ms: number | undefined],
): Row {
  return Object.fromEntries(PASSES.flatMap((pass) => {
    const [flops, milliseconds] = work(pass);
    if (milliseconds === undefined) return [];
    const gflops = flops / milliseconds / 1e6;
    const isF32 = precision === "32-true"; // the probe multiplies f32
    if (isF32 && !plausibility.allows(`${name}, ${pass},`, gflops, probe)) return [];
    return [
      [`${pass}_gflops`, gflops],
      [`${pass}_percent`, 100 * gflops / probe],
      [`${pass}_ms`, milliseconds],
    ];
  }));
}

/** All convolutions of a model, each as often as it occurs: total operations divided by total time. */
function totals(
  session: Session,
  model: ModelName,
  convs: readonly CountedConv[],
  times: Times,
  batch: number,
): Row {
  const sum = (pass: Pass): [number, number | undefined] => {
    const used = convs.filter(({ needsDx }) => pass !== "dgrad" || needsDx);
    const total = (value: (one: CountedConv) => number) =>
      used.reduce((sum, one) => sum + one.count * value(one), 0);
    const milliseconds = total(({ conv }) => times.get(convName(conv))![pass]!);
    return [total(({ conv }) => convFlops(conv, batch)), milliseconds];
  };
  const layers = convs.reduce((sum, { count }) => sum + count, 0);
  return { name: `${model}, weighted total`, batch, [model]: layers, ...rates(session, model, sum) };
}
