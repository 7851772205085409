/** What is to be trained, and how: the keys of the command line that the page offers. */
import { signal } from "@preact/signals";
import { transforms } from "./transforms.ts";

/** A plan. */
export interface Plan {
  readonly model: string;
  readonly epochs: number;
  readonly batch: number;
  readonly rate: number;
  /** Images of an epoch, of each class as many; undefined for all. */
  readonly images: number | undefined;
}

export const plan = signal<Plan>({
  model: "resnet18",
  epochs: 3,
  batch: 16,
  rate: 1e-3,
  images: 512,
});

/** Changes the plan. */
export function replan(part: Partial<Plan>): void {
  plan.value = { ...plan.value, ...part };
}

/** The plan as overrides of the command line, with the transforms and the side that were chosen. */
export function planOverrides({ model, epochs, batch, rate, images }: Plan): string[] {
  return [
    "trainer=quick",
    `model=${model}`,
    ...transforms.value.overrides,
    `data.batch_size=${batch}`,
    `trainer.max_epochs=${epochs}`,
    `optimizer.lr=${rate}`,
    ...(images === undefined ? [] : ["data.sampler.mode=auto", `data.sampler.num_samples=${images}`]),
  ];
}
