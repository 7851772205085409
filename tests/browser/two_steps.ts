/** Two training steps of a small ResNet-18 from a seed, by the public API alone: the same in Deno and in a page. */
import {
  createModel,
  encodeCheckpoint,
  hostBatch,
  makeLoss,
  makeOptimizer,
  openDevice,
  rng,
  stepResults,
  trainStep,
} from "../../mod.ts";

/** What the steps did. */
export interface TwoSteps {
  readonly steps: readonly { readonly loss: number; readonly gradientNorm: number }[];
  /** Parameters and statistics afterwards, as a .safetensors file. */
  readonly checkpoint: Uint8Array;
}

const CLASSES = 5, COUNT = 4, SIZE = 64;

/** Trains on two batches of noise. */
export async function twoSteps(gpu: GPU): Promise<TwoSteps> {
  const device = await openDevice(gpu);
  try {
    const model = createModel(device, "resnet18", { classes: CLASSES, seed: 42 });
    const results = stepResults(device, CLASSES, 2);
    const step = trainStep(device, {
      model,
      loss: makeLoss({ name: "cross_entropy" }, { device, classes: CLASSES }),
      optimizer: makeOptimizer({ name: "adamw", eps: 1e-3, decay_norm_and_bias: false }, model.parameters),
      results,
      imageSize: SIZE,
      maxNorm: 1,
      replay: true,
    });
    const norms: number[] = [];
    for (const seed of [1, 2]) {
      await step.run(noiseBatch(seed), 1e-4);
      norms.push((await step.clip.read())[0]); // GPU sync point
    }
    const steps = (await results.steps()).map(({ loss }, i) => ({ loss, gradientNorm: norms[i] }));
    const info = { epoch: 0, step: 2, classes: [], imageSize: SIZE, accuracy: NaN };
    return { steps, checkpoint: await encodeCheckpoint(model, info) };
  } finally {
    device.close();
  }
}

function noiseBatch(seed: number) {
  const random = rng(seed, "noise");
  const images = Float32Array.from(
    { length: COUNT * SIZE * SIZE * 4 },
    (_, i) => i % 4 === 3 ? 0 : random.normal(),
  );
  const labels = Uint32Array.from({ length: COUNT }, () => random.integer(CLASSES));
  return hostBatch(images, labels);
}
