/** `bench torch`: the same training step in PyTorch, next to wgrad's own in the same run. */
import { DataError } from "../src/base/errors.ts";
import { layersOf, stepFlops } from "./convs.ts";
import type { Column } from "./report.ts";
import { ifItFits, isLeftOut, type Session, withDevice } from "./session.ts";
import { defaultPlans, stepTime } from "./step.ts";
import { type TorchForm, torchForms } from "./torch_forms.ts";
import { formatOf, type TrainingPlan } from "./training.ts";

/** What torch_step.py prints. */
interface TorchRun {
  readonly version: string;
  /** The GPU, or the CPU and its threads. */
  readonly where: string;
  readonly rows: readonly {
    readonly precision: string;
    readonly form: TorchForm;
    readonly milliseconds?: number;
    readonly loss?: number;
    /** Why there is no time. */
    readonly failed?: string;
  }[];
}

const COLUMNS: readonly Column[] = [
  { key: "engine", head: "engine", width: 24, isText: true },
  { key: "precision", head: "precision", width: 16, isText: true },
  { key: "form", head: "form", width: 14, isText: true },
  { key: "milliseconds", head: "ms per step", width: 10 },
  { key: "ips", head: "images/s", width: 10 },
  { key: "gflops", head: "GFLOP/s", width: 10 },
  { key: "ratio", head: "wgrad's share of its speed", width: 27 },
];

/** Times each model in both; reports if torch is missing. @throws DataError if the script fails */
export async function benchTorch(session: Session): Promise<void> {
  const missing = await whyNoPython(session.options.python, "torch");
  if (missing !== undefined) {
    const { report } = session;
    report.print("");
    report.print(`torch    skipped: ${missing}; choose another Python with --python PATH`);
    return report.fact("torch", `not available: ${missing}`);
  }
  for (const plan of defaultPlans(session)) {
    const { model, batch } = plan, what = `PyTorch's step of ${model}, batch ${batch}, ${formatOf(plan)}`;
    if (!isLeftOut(session, what)) await ifItFits(session, what, () => compare(session, plan));
  }
}

async function compare(session: Session, plan: TrainingPlan): Promise<void> {
  const { report, options } = session;
  const time = () => withDevice(session, (device) => stepTime(session, device, plan), plan.matmul);
  const before = await time();
  const torch = await runPython<TorchRun>(options.python, "torch_step.py", {
    ...plan,
    layers: layersOf(plan.model, plan.classes),
    rounds: options.rounds,
    forms: options.torch ?? (session.software ? ["eager"] : torchForms),
  });
  const after = await time();
  const own = (before + after) / 2;
  const { model, size, batch, classes } = plan;
  report.fact("torch", { version: torch.version, where: torch.where });
  const title = `step of ${model}, ${size} x ${size}, batch ${batch}, ${classes} classes, on ${torch.where}`;
  const print = report.table(title, COLUMNS);
  const row = (engine: string, precision: string, form: string, milliseconds: number, ratio?: number) => {
    const gflops = stepFlops(model, size, batch, classes) / milliseconds / 1e6;
    print({ engine, precision, form, milliseconds, ips: 1000 * batch / milliseconds, gflops, ratio });
  };
  row("wgrad", formatOf(plan), "recorded", own);
  const name = `PyTorch ${torch.version}`;
  for (const { precision, form, milliseconds, failed } of torch.rows) {
    if (milliseconds === undefined) report.note(`${name}, ${precision}, ${form}: ${failed}`);
    else row(name, precision, form, milliseconds, milliseconds / own);
  }
  report.note(
    "PyTorch with the batch on its device; wgrad's time is the mean of a run before and one after",
  );
}

/** Why Python cannot import `name`; undefined if it can. */
export async function whyNoPython(python: string, name: string): Promise<string | undefined> {
  const check = `import ${name}`;
  try {
    const { success } = await new Deno.Command(python, { args: ["-c", check], stderr: "null" }).output();
    return success ? undefined : `${python} has no ${name}`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return `there is no ${python}`;
    throw error;
  }
}

/** The last output line of a script of this folder for a plan, as JSON. @throws DataError if it fails */
export async function runPython<Result>(python: string, name: string, plan: unknown): Promise<Result> {
  const script = new URL(`./${name}`, import.meta.url).pathname;
  const pipes = { stdin: "piped", stdout: "piped", stderr: "piped" } as const;
  const process = new Deno.Command(python, { args: [script], ...pipes }).spawn();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify(plan)));
  await writer.close();
  const { success, stdout, stderr } = await process.output();
  if (success) return JSON.parse(new TextDecoder().decode(stdout).trim().split("\n").at(-1)!);
  const reason = new TextDecoder().decode(stderr).trim().split("\n").at(-1);
  throw new DataError(`Cannot time PyTorch because ${python} ${script} failed: ${reason}`);
}
