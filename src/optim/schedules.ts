/**
 * Learning rate over time. A schedule is a pure function of the position t, in closed form, so resuming needs
 * only t. t counts in the unit of the schedule's own options: in epochs, where one that changes every step passes
 * t = step / steps per epoch (options may then be fractional too), and one that changes every epoch whole numbers.
 */
import * as z from "zod";
import { nearest } from "../base/nearest.ts";

/** The learning rate in force at position `t` >= 0. */
export type Schedule = (t: number) => number;

/** What a schedule stretches over: the base learning rate and the length of the run, in t's unit. */
export interface Span {
  lr: number;
  total: number;
}

const factor = z.number().min(0).max(1);
const gamma = z.number().positive().default(0.1);

const warmupCosineOptions = z.strictObject({
  warmup_epochs: z.number().min(0).default(5),
  start_factor: z.number().positive().max(1).default(1e-3),
  eta_min_factor: factor.default(0.05),
});
const constantOptions = z.strictObject({});
const stepOptions = z.strictObject({ step_size: z.number().positive().default(30), gamma });
const multistepOptions = z.strictObject({ milestones: z.array(z.number().min(0)).default([]), gamma });

/**
 * Linear from `start_factor * lr` to `lr` over `warmup_epochs`, then half a cosine down to `eta_min_factor * lr`
 * at `total`; past it the cosine rises again. With whole numbers these are the rates of torch.optim.lr_scheduler
 * SequentialLR([LinearLR(start_factor, 1, max(1, warmup)), CosineAnnealingLR(max(1, total - warmup))], [warmup]),
 * for warmup 0 as PyTorch has it since SequentialLR was repaired (1.13 got stuck at `start_factor * lr`).
 */
function warmupCosine(
  { warmup_epochs, start_factor, eta_min_factor }: z.output<typeof warmupCosineOptions>,
  { lr, total }: Span,
): Schedule {
  const decay = total > warmup_epochs ? total - warmup_epochs : 1;
  return (t) => {
    if (t < warmup_epochs) return lr * (start_factor + (1 - start_factor) * t / warmup_epochs);
    const cosine = (1 + Math.cos(Math.PI * (t - warmup_epochs) / decay)) / 2;
    return lr * (eta_min_factor + (1 - eta_min_factor) * cosine);
  };
}

/** `lr` throughout. */
function constant(_: z.output<typeof constantOptions>, { lr }: Span): Schedule {
  return () => lr;
}

/** `lr` times `gamma` for each full `step_size` behind t (torch.optim.lr_scheduler.StepLR). */
function step({ step_size, gamma }: z.output<typeof stepOptions>, { lr }: Span): Schedule {
  return (t) => lr * gamma ** Math.floor(t / step_size);
}

/** `lr` times `gamma` for each milestone reached; one that stands twice counts twice (torch's MultiStepLR). */
function multistep({ milestones, gamma }: z.output<typeof multistepOptions>, { lr }: Span): Schedule {
  return (t) => lr * gamma ** milestones.filter((milestone) => milestone <= t).length;
}

/** A schedule's options and the factory that takes them. */
interface Plugin<Options extends z.ZodObject> {
  options: Options;
  create: (options: z.output<Options>, span: Span) => Schedule;
}

/** Every schedule by the name that a config gives. */
export const schedules = {
  warmup_cosine: { options: warmupCosineOptions, create: warmupCosine },
  constant: { options: constantOptions, create: constant },
  step: { options: stepOptions, create: step },
  multistep: { options: multistepOptions, create: multistep },
} as const;

/** A schedule's name. */
export type ScheduleName = keyof typeof schedules;

/**
 * The schedule `name` over `span`, with its options out of `settings`; keys that only other schedules have are
 * not read, so a config's scheduler group can be passed whole.
 *
 * @throws RangeError if there is no such schedule, or an option, the span's rate or its length is out of range
 *
 * @example Warm up for 5 of 40 epochs
 * ```ts
 * const rate = makeSchedule("warmup_cosine", { warmup_epochs: 5 }, { lr: 5e-4, total: 40 });
 * rate(0); // 5e-7
 * rate(5); // 5e-4
 * ```
 */
export function makeSchedule(
  name: string,
  settings: Readonly<Record<string, unknown>>,
  span: Span,
): Schedule {
  if (!Object.hasOwn(schedules, name)) {
    const names = Object.keys(schedules), near = nearest(name, names);
    throw new RangeError(
      `Cannot make schedule "${name}" as it must be one of ${names.join(", ")}` +
        (near === undefined ? "" : `: did you mean "${near}"?`),
    );
  }
  if (!(span.lr > 0 && span.total > 0)) {
    throw new RangeError(
      `Cannot make schedule "${name}" as lr and total must be positive: current lr is ${span.lr}, total ${span.total}`,
    );
  }
  const { options, create } = schedules[name as ScheduleName] as unknown as Plugin<z.ZodObject>;
  const own = Object.entries(settings).filter(([key]) => Object.hasOwn(options.shape, key));
  const parsed = options.safeParse(Object.fromEntries(own));
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0];
    const value = JSON.stringify(settings[String(path[0])]);
    throw new RangeError(
      `Cannot make schedule "${name}" as ${
        path.join(".")
      } is not valid (${message}): current value is ${value}`,
    );
  }
  return create(parsed.data, span);
}
