/** Compiles WGSL to a pipeline, in an error scope, so that an error is shown with its kernel, line and caret. */
import { GpuError } from "../base/errors.ts";
import type { Device } from "./device.ts";
import { type Texel, type TextureBinding, textureLayout } from "./texture.ts";

/** A tensor binding as the WGSL declares it: its buffer, or a texture with a copy of it. */
export interface Binding {
  readonly index: number;
  readonly name: string;
  readonly access: "read" | "read_write";
  /** Undefined for a buffer. */
  readonly texture: TextureBinding | undefined;
}

const TYPES = { read: "read-only-storage", read_write: "storage" } as const;

/** A kernel on one device. */
export interface CompiledKernel {
  readonly name: string;
  /** Its WGSL. */
  readonly code: string;
  /** Compiled when it is first used, unless `prepare` was called before. */
  readonly pipeline: GPUComputePipeline;
  /** Compiles it without holding up this thread, where the runtime can; a browser compiles several at a time. */
  prepare(): Promise<void>;
  readonly isPrepared: boolean;
  readonly layout: GPUBindGroupLayout;
  readonly bindings: readonly Binding[];
  /** The binding of the kernel's `var<uniform>`, if it has one. */
  readonly uniform: number | undefined;
}

const BINDING =
  /@group\(0\)\s*@binding\((\d+)\)\s*var(?:<storage,\s*(read|read_write)>)?\s*(\w+):\s*(?:texture_2d<(f32|u32)>)?/g;

const UNIFORM = /@group\(0\)\s*@binding\((\d+)\)\s*var<uniform>/;

/** What a runtime has made of a kernel's code. */
interface Built {
  readonly module: GPUShaderModule;
  readonly layout: GPUBindGroupLayout;
  readonly descriptor: GPUComputePipelineDescriptor;
  pipeline: GPUComputePipeline | undefined;
  preparing: Promise<GPUComputePipeline> | undefined;
}

/** What there is of each code: devices that share one of the runtime find it here. */
const builds = new WeakMap<GPUDevice, Map<string, Built>>();

/** Compiles WGSL with the entry point `main`. An error makes the device fail, which `settled()` and reads throw. */
export function compile(device: Device, name: string, code: string): CompiledKernel {
  let textures = 0;
  const bindings = [...code.matchAll(BINDING)].map(([, index, access, label, texel]) => ({
    index: Number(index),
    name: label,
    access: (access ?? "read") as Binding["access"],
    texture: texel ? { number: textures++, texel: texel as Texel } : undefined,
  }));
  const place = UNIFORM.exec(code)?.[1];
  const uniform = place === undefined ? undefined : Number(place);
  const { gpu } = device;
  gpu.pushErrorScope("validation");
  const built = builtOn(gpu, name, code, { bindings, uniform }), { module, layout, descriptor } = built;
  const fail = async (error: Pick<GPUError, "message">) =>
    device.fail(await compileError(name, code, module, error));
  const watched = (scope: Promise<GPUError | null>) =>
    device.watch(scope.then(async (error) => {
      if (error) await fail(error);
    }));
  watched(gpu.popErrorScope());
  return {
    name,
    code,
    layout,
    bindings,
    uniform,
    get isPrepared() {
      return built.pipeline !== undefined;
    },
    get pipeline() {
      if (built.pipeline !== undefined) return built.pipeline;
      gpu.pushErrorScope("validation");
      built.pipeline = gpu.createComputePipeline(descriptor);
      watched(gpu.popErrorScope());
      return built.pipeline;
    },
    async prepare() {
      try {
        built.pipeline ??= await (built.preparing ??= gpu.createComputePipelineAsync(descriptor));
      } catch (error) {
        await fail(error as GPUPipelineError);
      }
    },
  };
}

function builtOn(
  gpu: GPUDevice,
  name: string,
  code: string,
  { bindings, uniform }: Pick<CompiledKernel, "bindings" | "uniform">,
): Built {
  const all = builds.get(gpu) ?? new Map<string, Built>(), known = all.get(code);
  if (known !== undefined) return known;
  const module = gpu.createShaderModule({ label: name, code });
  const layout = gpu.createBindGroupLayout({
    label: name,
    entries: [
      ...bindings.map(({ index, access, texture }) => ({
        binding: index,
        ...(texture ? { texture: textureLayout(texture.texel) } : { buffer: { type: TYPES[access] } }),
      })),
      ...(uniform === undefined ? [] : [{ binding: uniform, buffer: { type: "uniform" as const } }]),
    ].map((entry) => ({ visibility: GPUShaderStage.COMPUTE, ...entry })),
  });
  const descriptor = {
    label: name,
    layout: gpu.createPipelineLayout({ label: name, bindGroupLayouts: [layout] }),
    compute: { module, entryPoint: "main" },
  };
  const built: Built = { module, layout, descriptor, pipeline: undefined, preparing: undefined };
  builds.set(gpu, all.set(code, built));
  return built;
}

/** The compiler's first error with its place in the WGSL: line, column, the line itself and a caret. */
async function compileError(
  name: string,
  code: string,
  module: GPUShaderModule,
  error: Pick<GPUError, "message">,
): Promise<GpuError> {
  const { messages } = await module.getCompilationInfo();
  const message = messages.find((candidate) => candidate.type === "error");
  if (!message || message.lineNum === 0) {
    return new GpuError(`Cannot compile kernel ${name}: ${(message ?? error).message.trim()}`);
  }
  const { lineNum, linePos } = message;
  const line = code.split("\n")[lineNum - 1] ?? "";
  const indent = line.slice(0, linePos - 1).replaceAll(/[^\t]/g, " ");
  return new GpuError(
    `Cannot compile kernel ${name} at line ${lineNum}, column ${linePos}: ${gist(message.message)}\n` +
      `${line}\n${indent}^`,
  );
}

/** A compiler's message without the code frame that naga draws: its first line and the causes below the frame. */
function gist(message: string): string {
  const [first, ...rest] = message.trim().split("\n");
  const causes = rest.flatMap((line) => /^\s+= (?!note: )(.*)/.exec(line)?.[1] ?? []);
  return [first.replace(/^Shader '.*?' parsing error: |^Shader validation error: /, ""), ...causes].join(
    ": ",
  );
}
