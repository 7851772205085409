/**
 * Parameters and running statistics of a model. Layers declare them under torchvision's names; then all parameters
 * are in one flat GPU buffer and all gradients in another with the same layout, so that the optimiser is one dispatch
 * and an all-reduce would be one call.
 */
import type { Rng } from "../base/rng.ts";
import { elements, roundUp, type Shape } from "../base/shape.ts";
import type { Device } from "../core/device.ts";
import { flat } from "../core/pieces.ts";
import { persistent, type Tensor } from "../core/tensor.ts";
import { castFlat } from "../ops/cast.ts";
import type { HiddenMatrix } from "../optim/optimizers/optimizer.ts";
import { engineShape, type Layout, toEngine, toTorch } from "./layout.ts";
import { stateFaults } from "./state_faults.ts";

/** Produces the initial values of a tensor. */
export type Init = (size: number, rng: Rng) => Float32Array;

/** A layer's declaration of a tensor. */
export interface Declaration {
  /** torchvision's state-dict name: `layer1.0.conv1.weight`. */
  readonly name: string;
  readonly layout: Layout;
  readonly torchShape: Shape;
  readonly init: Init;
  /** Weight decay always applies to filters and matrices, and to norms and biases by option. */
  readonly decays: boolean;
  /** Keeps its value: gets no gradient, and the optimiser skips it. */
  readonly frozen?: boolean;
}

/** A declared tensor; it has a value once the parameters are allocated. */
export class Parameter {
  readonly shape: Shape;
  #tensor: Tensor | undefined;

  constructor(readonly declaration: Declaration) {
    this.shape = engineShape(declaration.layout, declaration.torchShape);
  }

  get name(): string {
    return this.declaration.name;
  }

  get tensor(): Tensor {
    if (!this.#tensor) {
      throw new RangeError(`Cannot use parameter ${this.name}: the model is not on a device yet`);
    }
    return this.#tensor;
  }

  set tensor(tensor: Tensor) {
    this.#tensor = tensor;
  }
}

/** A tensor of a state dict, in PyTorch's layout. */
export interface StateTensor {
  readonly shape: Shape;
  readonly values: Float32Array;
}

/** A tensor of a state dict whose values are read on request. */
export interface StoredState {
  readonly shape: Shape;
  values(): Promise<Float32Array>;
}

/** Maximum number of bytes in transfer to the GPU when a state is loaded tensor by tensor. */
const UNDER_WAY = 2 ** 24;

/** Alignment of parameters in a flat buffer, in elements: f16 bindings must start at multiples of 256 bytes. */
const ALIGNMENT = 128;

/** Number formats of training: all in f32, or activations and the copies of filters and matrices in f16. */
export const precisions = ["32-true", "16-mixed"] as const;
/** One of the {@link precisions}. */
export type Precision = typeof precisions[number];

/** Offsets of parameters in a flat buffer, in elements. */
interface Flat {
  readonly offsets: Map<Parameter, number>;
  readonly size: number;
}

function flatten(parameters: readonly Parameter[]): Flat {
  const offsets = new Map<Parameter, number>();
  let size = 0;
  for (const parameter of parameters) {
    offsets.set(parameter, size);
    size += roundUp(elements(parameter.shape), ALIGNMENT);
  }
  return { offsets, size };
}

/** A flat buffer of `size` elements from `values` in PyTorch's layouts, with zeros in between. */
function pack({ offsets }: Flat, size: number, values: (parameter: Parameter) => Float32Array): Float32Array {
  const all = new Float32Array(size);
  for (const [parameter, offset] of offsets) {
    const { layout, torchShape } = parameter.declaration;
    all.set(toEngine(layout, torchShape, values(parameter)), offset);
  }
  return all;
}

/** All parameters and statistics of a model, on a device. */
export class ParameterSet {
  /** [size] each, f32; gaps and padding are zero in both. */
  readonly values: Tensor;
  readonly gradients: Tensor;
  /** In 16-mixed, f16 copies of the first `decayed` values: the filters and matrices that ops use. */
  readonly halves: Tensor | undefined;
  /** Running means and variances, [size]. */
  readonly statistics: Tensor;
  /** Number of leading elements of `values` that weight decay always applies to. */
  readonly decayed: number;
  /** The range of trained elements of `values`; frozen filters come before it, frozen norms and biases after it. */
  readonly trained: readonly [start: number, end: number];
  /** Training steps so far, torchvision's `num_batches_tracked`. */
  batches = 0;

  readonly #weights: Flat;
  readonly #buffers: Flat;

  /** Draws initial values from `rng`; each tensor's depend only on the seed and its name. */
  constructor(
    device: Device,
    readonly parameters: readonly Parameter[],
    readonly buffers: readonly Parameter[],
    readonly rng: Rng,
    precision: Precision = "32-true",
  ) {
    const of = (decays: boolean, frozen: boolean) =>
      parameters.filter(({ declaration }) =>
        declaration.decays === decays && (declaration.frozen ?? false) === frozen
      );
    const frozenFilters = of(true, true), frozenVectors = of(false, true);
    const decaying = [...frozenFilters, ...of(true, false)];
    const others = [...of(false, false), ...frozenVectors];
    this.#weights = flatten([...decaying, ...others]);
    this.#buffers = flatten(buffers);
    this.decayed = flatten(decaying).size;
    this.trained = [flatten(frozenFilters).size, this.#weights.size - flatten(frozenVectors).size];
    this.values = flat(device, this.#weights.size, "f32", "parameters");
    this.gradients = flat(device, this.#weights.size, "f32", "gradients");
    this.statistics = persistent(
      device,
      [Math.max(ALIGNMENT, this.#buffers.size)],
      "f32",
      "running statistics",
    );
    this.halves = precision === "16-mixed"
      ? flat(device, this.decayed, "f16", "f16 copies of parameters")
      : undefined;
    for (const [parameter, offset] of this.#weights.offsets) {
      const source = parameter.declaration.decays ? this.halves ?? this.values : this.values;
      parameter.tensor = source.slice(offset, parameter.shape);
      if (parameter.declaration.frozen) continue;
      parameter.tensor.needsGrad = true;
      parameter.tensor.grad = this.gradients.slice(offset, parameter.shape);
    }
    for (const [buffer, offset] of this.#buffers.offsets) {
      buffer.tensor = this.statistics.slice(offset, buffer.shape);
    }
    this.#fill((parameter) => this.#start(parameter));
  }

  /** A value for each 128 elements of `values`, given by `of` for the parameter at that position. */
  spread(of: (name: string) => number, label: string): Tensor {
    const blocks = new Float32Array(this.values.size / ALIGNMENT).fill(1);
    for (const [parameter, offset] of this.#weights.offsets) {
      const end = offset + elements(parameter.shape);
      blocks.fill(of(parameter.name), offset / ALIGNMENT, Math.ceil(end / ALIGNMENT));
    }
    const tensor = persistent(this.values.device, [blocks.length], "f32", label);
    tensor.write(blocks);
    return tensor;
  }

  /**
   * The trained filters and matrices but depthwise ones, which mix no channels, and those named in `except`: each one's
   * place in `values`, its sizes there, and PyTorch's [outputs, inputs], where a filter's inputs are in * kh * kw.
   */
  hiddenMatrices(except: readonly string[]): HiddenMatrix[] {
    return [...this.#weights.offsets].flatMap(([{ name, shape, declaration }, start]) => {
      const { layout, frozen, torchShape: [outputs, ...inputs] } = declaration;
      if (layout === "vector" || layout === "depthwise" || frozen || except.includes(name)) return [];
      const columns = shape.at(-1)!, rows = elements(shape) / columns;
      return [{ start, rows, columns, outputs, inputs: elements(inputs) }];
    });
  }

  /** Number of values without padding, including frozen ones. */
  get count(): number {
    return this.parameters.reduce((sum, { declaration }) => sum + elements(declaration.torchShape), 0);
  }

  /**
   * Loads the model's tensors from a state dict, except those named in `fresh`, which get their initial values.
   * @throws RangeError with all names that are missing, unexpected or of another shape
   */
  load(state: ReadonlyMap<string, StateTensor>, fresh: ReadonlySet<string> = new Set()): void {
    this.#requireFit(state, fresh);
    this.#fill((parameter) =>
      fresh.has(parameter.name) ? this.#start(parameter) : state.get(parameter.name)!.values
    );
  }

  /** Does the same tensor by tensor, so that the whole state is never in memory. */
  async loadStored(
    state: ReadonlyMap<string, StoredState>,
    fresh: ReadonlySet<string> = new Set(),
  ): Promise<void> {
    this.#requireFit(state, fresh);
    let underWay = 0;
    for (const [target, flat] of [[this.values, this.#weights], [this.statistics, this.#buffers]] as const) {
      for (const [parameter, offset] of flat.offsets) {
        const { name, declaration: { layout, torchShape } } = parameter;
        const values = fresh.has(name) ? this.#start(parameter) : await state.get(name)!.values();
        const packed = toEngine(layout, torchShape, values);
        target.slice(offset, parameter.shape).write(packed);
        if (target === this.values && offset < this.decayed) {
          this.halves?.slice(offset, parameter.shape).write(packed);
        }
        underWay += packed.byteLength;
        if (underWay < UNDER_WAY) continue;
        await target.device.gpu.queue.onSubmittedWorkDone(); // GPU sync point
        underWay = 0;
      }
    }
  }

  #requireFit(state: ReadonlyMap<string, { readonly shape: Shape }>, fresh: ReadonlySet<string>): void {
    const fault = this.faultOf(state, fresh);
    if (fault !== undefined) throw new RangeError(`Cannot load the state dict: ${fault}`);
  }

  /** What does not fit in a state dict, as the end of a message; undefined if everything but `fresh` fits. */
  faultOf(
    state: ReadonlyMap<string, { readonly shape: Shape }>,
    fresh: ReadonlySet<string> = new Set(),
  ): string | undefined {
    const all = [...this.parameters, ...this.buffers];
    const wanted = all.filter(({ name }) => !fresh.has(name));
    return stateFaults(state, wanted, new Set(all.map(({ name }) => name)));
  }

  /** The state dict in PyTorch's layouts. Waits for the GPU. */
  async state(): Promise<Map<string, StateTensor>> {
    const values = await this.values.read(); // GPU sync point
    const statistics = await this.statistics.read(); // GPU sync point
    return new Map([
      ...this.#take(this.parameters, this.#weights, values),
      ...this.#take(this.buffers, this.#buffers, statistics),
    ]);
  }

  /** Encodes updating the f16 copies, if there are any, from `values`. */
  copyHalves(): void {
    if (this.halves) castFlat(this.values, this.halves);
  }

  /** The gradients in PyTorch's layouts, by parameter name. Waits for the GPU. */
  async gradientState(): Promise<Map<string, StateTensor>> {
    return this.#take(this.parameters, this.#weights, await this.gradients.read()); // GPU sync point
  }

  /** The contents of a flat buffer with the layout of `values`, such as an optimiser's moments, by parameter name. */
  unpack(values: Float32Array): Map<string, StateTensor> {
    return this.#take(this.parameters, this.#weights, values);
  }

  /** The contents of a flat buffer with the layout of `statistics`, by name. */
  unpackStatistics(values: Float32Array): Map<string, StateTensor> {
    return this.#take(this.buffers, this.#buffers, values);
  }

  /** The inverse of {@link unpack}: `tensor` gives each parameter's values in PyTorch's layout. */
  pack(tensor: (name: string, shape: Shape) => Float32Array): Float32Array {
    return pack(
      this.#weights,
      this.values.size,
      ({ name, declaration }) => tensor(name, declaration.torchShape),
    );
  }

  /** The inverse of {@link unpackStatistics}. */
  packStatistics(tensor: (name: string, shape: Shape) => Float32Array): Float32Array {
    return pack(
      this.#buffers,
      this.statistics.size,
      ({ name, declaration }) => tensor(name, declaration.torchShape),
    );
  }

  /** Initial values in PyTorch's layout. */
  #start({ name, declaration }: Parameter): Float32Array {
    return declaration.init(elements(declaration.torchShape), this.rng.fork(name));
  }

  /** Replaces all parameters and statistics; `tensor` gives each one's values in PyTorch's layout. */
  fill(tensor: (name: string, shape: Shape) => Float32Array): void {
    this.#fill(({ name, declaration }) => tensor(name, declaration.torchShape));
  }

  /** Replaces all parameters and statistics by `values` in PyTorch's layout. */
  #fill(values: (parameter: Parameter) => Float32Array): void {
    const packed = pack(this.#weights, this.values.size, values);
    this.values.write(packed);
    this.halves?.write(packed.subarray(0, this.decayed));
    this.statistics.write(pack(this.#buffers, this.statistics.size, values));
  }

  #take(parameters: readonly Parameter[], flat: Flat, values: Float32Array): Map<string, StateTensor> {
    return new Map(parameters.map((parameter) => {
      const { layout, torchShape } = parameter.declaration;
      const offset = flat.offsets.get(parameter)!;
      const part = values.subarray(offset, offset + elements(parameter.shape));
      return [parameter.name, { shape: torchShape, values: toTorch(layout, torchShape, part) }];
    }));
  }

  /** Frees the memory. */
  free(): void {
    for (const tensor of [this.values, this.gradients, this.statistics, this.halves]) tensor?.free();
  }
}
