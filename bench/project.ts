/**
 * What a training step would take on a GPU that is not at hand, from its data sheet and from counted operations and
 * bytes:
 *
 *   step = sum over all passes of max(operations / (share * peak), bytes / bandwidth)
 *
 *   deno run --config=deno.dev.json bench/project.ts
 *
 * prints the table of docs/performance.md. A pass reads its inputs once and writes its outputs once, whatever caches
 * save or tiles read again; slices of a weight gradient are not counted. Passes that are no products are bound by
 * bytes. Input, launches and the host are left out.
 */
import { INPUT } from "../src/nn/layers/layer.ts";
import { layerCosts } from "../src/nn/layer_costs.ts";
import type { Layer } from "../src/nn/layers/mod.ts";
import type { ModelName } from "../src/nn/models/mod.ts";
import { planUnits, readersOf } from "../src/nn/plan.ts";
import type { Precision } from "../src/nn/parameters.ts";
import { layersOf } from "./convs.ts";

/** A pass of a step over a batch. */
export interface CountedPass {
  readonly kind: "forward" | "dgrad" | "wgrad" | "memory";
  readonly flops: number;
  readonly bytes: number;
}

/** What is trained. */
export interface ProjectedStep {
  readonly model: ModelName;
  readonly size: number;
  readonly batch: number;
  readonly precision: Precision;
}

/** A GPU, and how much of it is reached. */
export interface ProjectedGpu {
  /** Operations and bytes a second. */
  readonly peak: number;
  readonly bandwidth: number;
  /** The share of the peak that products reach, by pass. */
  readonly shares: Readonly<Record<"forward" | "dgrad" | "wgrad", number>>;
}

const CLASSES = 1000;

/** The channels of each layer's output. @throws RangeError for a kind of layer that no ResNet has */
function channelsOf(layers: readonly Layer[]): Map<string, number> {
  const channels = new Map([[INPUT, 4]]); // RGB and zero
  for (const layer of layers) {
    if (layer.kind === "conv" || layer.kind === "linear") channels.set(layer.name, layer.to);
    else if (["batch_norm", "relu", "add", "max_pool", "global_avg_pool", "flatten"].includes(layer.kind)) {
      channels.set(layer.name, channels.get(layer.inputs[0])!);
    } else throw new RangeError(`Cannot project a network with layers of kind ${layer.kind}`);
  }
  return channels;
}

/** The passes of a ResNet's step with AdamW. @throws RangeError for a kind of layer that no ResNet has */
export function countedPasses({ model, size, batch, precision }: ProjectedStep): CountedPass[] {
  const layers = layersOf(model, CLASSES), channels = channelsOf(layers), readers = readersOf(layers);
  const costs = new Map(layerCosts(layers, size).map((cost) => [cost.layer.name, cost]));
  const each = precision === "16-mixed" ? 2 : 4; // bytes of an activation or a copied filter
  const elements = (name: string) => {
    const [h, w] = name === INPUT ? [size, size] : costs.get(name)!.output;
    return batch * h * w * channels.get(name)!;
  };
  const passes: CountedPass[] = [];
  const memory = (bytes: number) => passes.push({ kind: "memory", flops: 0, bytes });
  for (const { layer, followers } of planUnits(layers)) {
    const x = each * elements(layer.inputs[0]),
      y = each * elements(layer.name),
      { parameters } = costs.get(layer.name)!;
    const kinds = [layer, ...followers].map(({ kind }) => kind);
    if (layer.kind === "conv" || layer.kind === "linear") {
      const flops = batch * costs.get(layer.name)!.flops, w = each * parameters;
      passes.push({ kind: "forward", flops, bytes: x + w + y });
      if (layer.inputs[0] !== INPUT) passes.push({ kind: "dgrad", flops, bytes: y + 3 * w + x }); // w is transposed first
      passes.push({ kind: "wgrad", flops, bytes: x + y + 4 * parameters });
    }
    if (kinds.includes("batch_norm")) {
      const adds = kinds.includes("add");
      memory(y * (adds ? 3 : 2)); // forward: x, z, y
      memory(y * (adds && kinds.includes("relu") ? 4 : 2)); // sums: x and dy, y and dz
      memory(y * 3); // x, dy, dx
    }
    if (layer.kind === "max_pool") memory(2 * (x + y + elements(layer.name))); // both ways, with a byte for each maximum
    if (layer.kind === "global_avg_pool") memory(2 * (x + y));
  }
  for (const [name, all] of readers) {
    if (name !== INPUT && all.length > 1) memory(3 * each * elements(name) * (all.length - 1)); // gradients are added
  }
  const parameters = [...costs.values()].reduce((sum, cost) => sum + cost.parameters, 0);
  memory(parameters * (4 * 8 + (precision === "16-mixed" ? 2 : 0))); // the norm; g, p, m, v and the new p, m, v; f16 copies
  return passes;
}

/** Seconds of a step. */
export function projectedSeconds(
  passes: readonly CountedPass[],
  { peak, bandwidth, shares }: ProjectedGpu,
): number {
  return passes.reduce((sum, { kind, flops, bytes }) => {
    const reached = kind === "memory" ? peak : shares[kind] * peak;
    return sum + Math.max(flops / reached, bytes / bandwidth);
  }, 0);
}

/** T4: 8.1 TFLOP/s of f32, 65 of f16 on tensor cores, 320 GB/s (NVIDIA's data sheet). */
const T4 = { f32: 8.1e12, f16: 65e12, bandwidth: 320e9 };
/** What an H100 reaches: of products in f32 (docs/performance.md), and 2,990 of 3,350 GB/s of copying. */
const F32_SHARES = { forward: .47, dgrad: .434, wgrad: .5 }, COPY_SHARE = 2990 / 3350;

const every = (share: number) => ({ forward: share, dgrad: share, wgrad: share });

function printTable(): void {
  console.log("| 224 px, batch 64 | GFLOP | GB | floor | as on an H100 | 25 % of the units | 50 % |");
  console.log("| --- | --- | --- | --- | --- | --- | --- |");
  for (const model of ["resnet18", "resnet50"] as const) {
    for (const precision of ["32-true", "16-mixed"] as const) {
      const step = { model, size: 224, batch: 64, precision }, passes = countedPasses(step);
      const isF32 = precision === "32-true", peak = isF32 ? T4.f32 : T4.f16;
      const rate = (bandwidth: number, shares: ProjectedGpu["shares"]) =>
        Math.round(step.batch / projectedSeconds(passes, { peak, bandwidth, shares }));
      const copied = COPY_SHARE * T4.bandwidth,
        total = (key: "flops" | "bytes") =>
          Math.round(passes.reduce((sum, pass) => sum + pass[key], 0) / 1e8) / 10;
      const cells = [total("flops"), total("bytes"), rate(T4.bandwidth, every(1))];
      const shares = isF32
        ? [rate(copied, F32_SHARES), "", ""]
        : ["", rate(copied, every(.25)), rate(copied, every(.5))];
      console.log(`| ${[`${model}, ${precision}`, ...cells, ...shares].join(" | ")} |`);
    }
  }
}

if (import.meta.main) printTable();
