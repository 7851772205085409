/**
 * Learning rate over time. A schedule is a pure function of the position in a run and of what its epochs have
 * measured, in closed form, so a resumed run needs nothing else.
 */
import * as z from "zod";
import type { Plugin } from "../../base/plugin.ts";
import type { Monitored } from "../../metrics/monitored.ts";

/** The position in a run. */
export interface Position {
  /** Completed epochs, with a fraction if the rate changes every step: 1.5 is the middle of the second epoch. */
  readonly epoch: number;
  /** The values of a metric, one for each completed epoch. By default nothing was measured. */
  readonly history?: (metric: Monitored) => readonly number[];
}

/** The learning rate at a position. */
export type Schedule = (position: Position) => number;

/** What a schedule spans. */
export interface Span {
  /** The base learning rate. */
  readonly lr: number;
  /** The length of the run in epochs. */
  readonly total: number;
  /** Epochs between two changes of the rate: 1, or a fraction if it changes every step. By default 1. */
  readonly interval?: number;
}

/** A schedule that a configuration can name. */
export type SchedulePlugin<Options extends z.ZodObject = z.ZodObject> = Plugin<Options, Span, Schedule>;

/** The options of warm-up, which every schedule has. */
function warmup(epochs: number) {
  return {
    warmup_epochs: z.number().min(0).default(epochs).meta({ ofKind: true })
      .describe("Epochs of linear warm-up, which the schedule begins after"),
    start_factor: z.number().positive().max(1).default(1e-3)
      .describe("First rate of the warm-up / the schedule's first rate"),
  };
}

type Warmup = ReturnType<typeof warmup>;

/** A schedule without its warm-up. */
interface Course<Shape extends z.core.$ZodLooseShape> {
  readonly options: z.ZodObject<Shape, z.core.$strict>;
  /** Epochs of warm-up by default; 0 if omitted. */
  readonly warmupEpochs?: number;
  /** `span.total` is what the warm-up leaves, and positions count from its end. */
  make(options: z.output<z.ZodObject<Shape, z.core.$strict>>, span: Span): Schedule;
}

/**
 * A schedule behind a linear warm-up from `start_factor` times its first rate to its first rate, as
 * torch.optim.lr_scheduler's SequentialLR([LinearLR(start_factor, 1, warmup), schedule], [warmup]).
 */
export function defineSchedule<Shape extends z.core.$ZodLooseShape>(
  { options, warmupEpochs = 0, make }: Course<Shape>,
): SchedulePlugin {
  type Own = z.output<z.ZodObject<Shape, z.core.$strict>>;
  const all = z.strictObject({ ...warmup(warmupEpochs), ...options.shape })
    .check(...(options.def.checks ?? []) as unknown as z.core.CheckFn<unknown>[])
    .describe(options.description ?? "");
  return {
    options: all,
    make(given, { total, ...span }) {
      const { warmup_epochs: warmup, start_factor, ...own } = given as unknown as z.output<
        z.ZodObject<Warmup>
      >;
      const course = make(own as Own, { ...span, total: total > warmup ? total - warmup : 1 });
      const first = course({ epoch: 0 });
      return ({ epoch, history }) => {
        if (epoch < warmup) return first * (start_factor + (1 - start_factor) * epoch / warmup);
        const since = history && ((name: Monitored) => history(name).slice(Math.floor(warmup)));
        return course({ epoch: epoch - warmup, ...(since && { history: since }) });
      };
    },
  };
}
