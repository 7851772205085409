/** The floors of docs/architecture.md: imports go down only, and there are no cycles. */

import type { Import } from "./source.ts";

const FLOORS: Record<string, number> = {
  base: 0,
  core: 1,
  data: 1,
  metrics: 1,
  formats: 1,
  ops: 2,
  plots: 2,
  "data/gpu": 2,
  nn: 3,
  optim: 3,
  train: 4,
  config: 5,
  setup: 6,
  launch: 7,
  parity: 7,
  host: 7,
  mod: 7,
  tasks: 8,
  "tasks/doctor": 8,
  web: 8,
  "web/engine": 8,
  cli: 9,
  bench: 9,
  packaging: 9,
};

/** Floors whose rooms never lean on each other. */
const CLOSED_FLOORS = [1, 2];

/** Rooms that lean on less than their floor would allow. */
const NARROW: Record<string, readonly string[]> = {
  kernels: ["kernels", "wgsl-preprocessor"],
  plots: ["plots", "formats", "base", "@resvg/resvg-wasm", "uplot"],
  web: [
    ...["web", "data", "base", "mod", "host/browser", "plots/report", "train/report"],
    ...["preact", "@preact/signals", "uplot", "zod", "fflate", "yaml"],
  ],
};

/** Rooms that lean on all below them but one. */
const WITHOUT: Record<string, string> = { "web/engine": "src/host/deno" };

/** The doctor's probes are kernels of their own: they belong to no op. */
const KERNEL_USERS = ["kernels", "ops", "optim", "data/gpu", "tasks/doctor"];

/** What every kernel gives the engine, a type without imports. */
const KERNEL_CONTRACT = "kernels/lib/kernel_source.ts";

/** The room that a file belongs to, or undefined for a package or a file that has no room. */
export function roomOf(path: string): string | undefined {
  if (path === "mod.ts" || path === "src/cli.ts") return path === "mod.ts" ? "mod" : "cli";
  if (/^src\/data\/(?:\w+\/)*gpu/.test(path)) return "data/gpu";
  const inner = ["tasks/doctor", "web/engine"].find((room) =>
    path.replace("src/", "").startsWith(`${room}/`)
  );
  if (inner !== undefined) return inner;
  const [, room] = /^(?:src\/)?(\w+)\//.exec(path) ?? [];
  return room === "kernels" || room in FLOORS ? room : undefined;
}

/** One line for each import that goes up, sideways on a closed floor, or past a room's own limits. */
export function floorFaults(imports: readonly Import[]): string[] {
  return imports.flatMap((edge) => {
    const fault = floorFault(edge);
    return fault === undefined ? [] : [`${edge.from}:${edge.line} imports ${edge.to}: ${fault}`];
  });
}

function floorFault({ from, to }: Import): string | undefined {
  const source = roomOf(from), target = roomOf(to);
  if (source === undefined) return `${from} is in no room`;
  if (source in NARROW && !NARROW[source].some((room) => isIn(to, room))) {
    return `${source} may import ${NARROW[source].join(", ")} only`;
  }
  if (source in WITHOUT && to.startsWith(WITHOUT[source])) return `${source} names no ${WITHOUT[source]}`;
  if (to.startsWith("tests/") && source !== "bench") return "tests are for tests and bench only";
  if (isOfAnotherTask(from, to)) return "a task imports no other task: what they share is in setup or launch";
  if (target === undefined || target === source) return undefined;
  if (source === "core" && to === KERNEL_CONTRACT) return undefined;
  if (target === "kernels") {
    return KERNEL_USERS.includes(source) ? undefined : `kernels are for ${KERNEL_USERS.join(", ")} only`;
  }
  if (source === "mod" && target === "host") return "mod.ts is the same in a browser and names no host";
  if (FLOORS[source] < FLOORS[target]) return `${target} is above ${source}`;
  const isSideways = FLOORS[source] === FLOORS[target] && CLOSED_FLOORS.includes(FLOORS[source]);
  return isSideways ? `${source} and ${target} are side by side` : undefined;
}

/** The verb that a file of src/tasks belongs to: `predict` of predict.ts and of predict/inputs.ts. */
function verbOf(path: string): string | undefined {
  return /^src\/tasks\/(\w+)/.exec(path)?.[1];
}

/** The registries of tasks, of those with a configuration and those without: they name all tasks; completion reads them. */
const REGISTRIES = ["configured", "usages"];

function isOfAnotherTask(from: string, to: string): boolean {
  const [own, other] = [verbOf(from), verbOf(to)];
  if (own === undefined || other === undefined || own === other) return false;
  return !REGISTRIES.includes(own) && !REGISTRIES.includes(other);
}

function isIn(path: string, room: string): boolean {
  return roomOf(path) === room || path === room || path.startsWith(`${room}/`) ||
    path.startsWith(`src/${room}`);
}

/** One line for each import cycle, as the way round it. */
export function cycleFaults(imports: readonly Import[]): string[] {
  const targets = Map.groupBy(imports, (edge) => edge.from);
  const done = new Set<string>();
  const faults: string[] = [];
  const visit = (path: string, trail: readonly string[]) => {
    const start = trail.indexOf(path);
    if (start >= 0) return void faults.push([...trail.slice(start), path].join(" -> "));
    if (done.has(path)) return;
    for (const { to } of targets.get(path) ?? []) visit(to, [...trail, path]);
    done.add(path);
  };
  for (const path of targets.keys()) visit(path, []);
  return faults;
}
