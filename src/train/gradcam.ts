/**
 * GradCAM (Selvaraju et al. 2017): where in an image a model sees a class. With A the output of a layer [h, w, C] and
 * y the logit of the class, the heat is max(sum over c of a_c A_c, 0) with a_c = mean over h and w of dy / dA_c. Each
 * image's map is divided by its maximum.
 */
import { ConfigError } from "../base/errors.ts";
import { largest, smallest } from "../base/lists.ts";
import { elements, roundUp } from "../base/shape.ts";
import type { Device } from "../core/device.ts";
import { type Program, recordProgram } from "../core/program.ts";
import { withTape } from "../core/tape.ts";
import { persistent, type Tensor } from "../core/tensor.ts";
import { argmax } from "../metrics/accuracy.ts";
import { layerCosts } from "../nn/layer_costs.ts";
import type { Layer } from "../nn/layers/mod.ts";
import type { Model } from "../nn/model.ts";
import { gradients } from "../ops/backward.ts";
import { withoutPadding } from "./predictor.ts";

/** Heat of one image: [height, width], row-major, 0 .. 1; all 0 where nothing speaks for the class. */
export interface HeatMap {
  readonly width: number;
  readonly height: number;
  readonly heat: Float32Array;
}

/** What a model says about images, and where it sees the classes that were asked for. */
export interface Explanation {
  /** [N, classes] */
  readonly logits: Float32Array;
  /** The class that each map is of, [N]. */
  readonly classes: Uint32Array;
  /** [N] */
  readonly maps: readonly HeatMap[];
}

/** Explains batches up to a fixed size. */
export interface Gradcam {
  /** The layer or module whose output the maps show. */
  readonly layer: string;
  /**
   * Normalised images [count, H, W, 4]. Maps are of the classes given, or of the predicted ones. Waits for the GPU.
   * @throws RangeError if there are more images than fit into a batch, or a class is none of the model's
   */
  run(images: Float32Array, count: number, classes?: ArrayLike<number>): Promise<Explanation>;
  free(): void;
}

/** How a model is explained. */
export interface GradcamOptions {
  readonly imageSize: number;
  readonly batchSize: number;
  /** A layer or module by name; by default {@link heatLayer}. */
  readonly layer?: string | undefined;
}

/** Sides of a map from which it says where in an image something is. */
const FEWEST = 4;

/**
 * The layer whose output says most about where a model sees what: the last that has rows and columns, at least 4 of
 * them, and that nothing bypasses, so that it is no layer within a residual block. Of small images the last maps have
 * fewer, and it is an earlier one.
 */
export function heatLayer(layers: readonly Layer[], imageSize: number): string {
  const at = new Map(layers.map(({ name }, i) => [name, i]));
  const reads = layers.map(({ inputs }) => smallest(inputs.map((name) => at.get(name) ?? -1)));
  const whole = layerCosts(layers, imageSize).filter((_, i) => reads.slice(i + 1).every((read) => read >= i));
  const sides = whole.map(({ output }) => smallest(output));
  const least = Math.min(FEWEST, largest(sides));
  return whole[sides.findLastIndex((side) => side >= least)].layer.name;
}

/**
 * Prepares to explain a model's predictions; the program is recorded at the first batch.
 * @throws ConfigError if there is no such layer
 * @example
 * ```ts
 * import { createModel, gradcam, openDevice } from "@wgrad/wgrad";
 *
 * const device = await openDevice(navigator.gpu);
 * const model = createModel(device, "resnet18", { classes: 5, seed: 42 });
 * const cam = gradcam(device, model, { imageSize: 32, batchSize: 1, layer: "layer3" });
 * const { maps: [{ width, height }] } = await cam.run(new Float32Array(32 * 32 * 4), 1, [4]);
 * console.assert(width === 2 && height === 2);
 * device.close();
 * ```
 */
export function gradcam(device: Device, model: Model, options: GradcamOptions): Gradcam {
  const { imageSize, batchSize } = options;
  const layer = options.layer ?? heatLayer(model.layers, imageSize);
  const pass = observingLayer(model, layer);
  const row = imageSize * imageSize * 4;
  const images = persistent(device, [batchSize, imageSize, imageSize, 4], "f32", "images to explain");
  let recorded: Recorded | undefined;

  const record = async (): Promise<Recorded> => {
    const type = model.parameters.halves ? "f16" : "f32";
    const dy = persistent(device, [batchSize, roundUp(model.classes, 4)], type, "classes to explain");
    let kept!: Omit<Recorded, "program" | "dy">;
    const program = await recordProgram(device, () =>
      withTape(device, () => {
        const { logits, outputs } = pass(images, { training: false });
        const output = outputs.get(layer)!;
        const [slope] = gradients(logits, dy, [output]);
        kept = { logits, output, slope };
        return [logits, output, slope];
      }));
    return { program, dy, ...kept };
  };
  return {
    layer,
    async run(values, count, classes) {
      if (count > batchSize || values.length < count * row) {
        throw new RangeError(
          `Cannot explain ${count} images of ${row} values: a batch has at most ${batchSize}, current values are ${values.length}`,
        );
      }
      const { program, dy, logits, output, slope } = recorded ??= await record();
      const padded = new Float32Array(images.size);
      padded.set(values.subarray(0, count * row));
      images.write(padded);
      const read = async () => withoutPadding(await logits.read(), count, dy.shape[1], model.classes); // GPU sync point
      let chosen = classes && requireClasses(classes, count, model.classes);
      if (chosen === undefined) {
        program.run(); // for the logits
        chosen = argmax(await read(), model.classes);
      }
      const hot = new Float32Array(dy.size);
      chosen.forEach((c, n) => hot[n * dy.shape[1] + c] = 1);
      dy.write(hot);
      program.run();
      const [scores, activations, slopes] = await Promise.all([read(), output.read(), slope.read()]); // GPU sync point
      const maps = Array.from({ length: count }, (_, n) => mapOf(output, n, activations, slopes));
      return { logits: scores, classes: chosen, maps };
    },
    free() {
      recorded?.program.free();
      recorded?.dy.free();
      images.free();
    },
  };
}

/** The forward pass that also gives a layer's output. @throws ConfigError if there is no such layer */
export function observingLayer(model: Model, layer: string): ReturnType<Model["observing"]> {
  try {
    return model.observing([layer]);
  } catch (cause) {
    throw cause instanceof RangeError ? new ConfigError(cause.message, { cause }) : cause;
  }
}

/** The forward pass and the gradients of a batch. */
interface Recorded {
  readonly program: Program;
  /** The gradient of the logits: 1 for each image's class. */
  readonly dy: Tensor;
  readonly logits: Tensor;
  /** The layer's output, and the gradient with respect to it: [N, h, w, channels]. */
  readonly output: Tensor;
  readonly slope: Tensor;
}

function mapOf({ shape }: Tensor, n: number, activations: Float32Array, slopes: Float32Array): HeatMap {
  const [, height = 1, width = 1] = shape.length === 4 ? shape : [];
  const size = elements(shape.slice(1)), channels = shape.at(-1)!, pixels = height * width;
  const at = n * size, weights = new Float64Array(channels), heat = new Float32Array(pixels);
  for (let i = 0; i < size; i++) weights[i % channels] += slopes[at + i] / pixels;
  for (let pixel = 0; pixel < pixels; pixel++) {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += weights[c] * activations[at + pixel * channels + c];
    heat[pixel] = Math.max(sum, 0);
  }
  const most = heat.reduce((largest, value) => Math.max(largest, value), 0);
  return { width, height, heat: most > 0 ? heat.map((value) => value / most) : heat };
}

/** @throws RangeError if there are too few, or one is none of the model's */
function requireClasses(given: ArrayLike<number>, count: number, classes: number): Uint32Array {
  const chosen = Array.from({ length: count }, (_, n) => given[n]);
  const wrong = chosen.findIndex((c) => !Number.isInteger(c) || c < 0 || c >= classes);
  if (wrong < 0) return Uint32Array.from(chosen);
  throw new RangeError(`Cannot explain class ${chosen[wrong]}: the model has classes 0 to ${classes - 1}`);
}
