/** What a range test of learning rates says of its curve: how it ended, and the override to copy or why there is none. */
import type { Config } from "../config/mod.ts";
import { counted } from "../data/words.ts";
import { rateText } from "../plots/rate_plot.ts";
import type { RateCurve, RateRange } from "../train/rate_range.ts";

/** The lines about `curve`, which has at least one step or ended at its first. */
export function describeCurve(config: Config, curve: RateCurve): string[] {
  const { lr_range: range } = config.trainer, { rates, stopped, suggestion } = curve;
  const ended = {
    rose: `, where the smoothed loss was ${range.early_stop_threshold} times its lowest`,
    "not finite": ", after which the loss was not finite",
  };
  const end = stopped === undefined ? "" : ended[stopped];
  const tried = rates.length === 0
    ? `rates   none: the loss was not finite at the first, ${rateText(range.min_lr)}`
    : `rates   ${rates.length} of ${counted(range.num_training, "step")}, from ${rateText(range.min_lr)} to ${
      rateText(rates.at(-1)!)
    }${end}`;
  if (suggestion === undefined) return [tried, `suggest nothing, as ${whyNothing(range, curve)}`];
  const lines = [
    tried,
    `suggest ${overridesFor(config, suggestion).join(" ")}  (where the loss falls fastest)`,
  ];
  return isCut(range, curve) ? [...lines, `  note: ${stillFalling(range)}`] : lines;
}

/** Why a curve suggests nothing, and the cure. */
function whyNothing(
  range: RateRange,
  { rates, stopped, fall: { size, scatter, hasRisen } }: RateCurve,
): string {
  const { min_lr, num_training } = range, lower = `trainer.lr_range.min_lr=${rateText(min_lr / 100)}`;
  if (stopped === "not finite" && rates.length <= num_training / 5) {
    return `the loss was not finite after ${counted(rates.length, "step")}: begin at a lower rate (${lower})`;
  }
  if (stopped === "rose" && !hasRisen) {
    return `single steps, which scatter by ${loss(scatter)}, ended the test before a fall was clear: give ` +
      "trainer.lr_range.early_stop_threshold=null, or larger batches (data.batch_size)";
  }
  if (hasRisen && rates.length <= num_training / 2) {
    return `the loss rises before any clear fall: begin at a lower rate (${lower}), or, if it falls on the curve, try ` +
      `more steps (${moreSteps(range)})`;
  }
  const cause = size > 0
    ? `falls by ${loss(size)}, no more than the scatter of single steps (${loss(scatter)}) explains`
    : `never falls, and single steps scatter by ${loss(scatter)}`;
  return `the smoothed loss ${cause}: look at the curve, and try more steps (${
    moreSteps(range)
  }), larger batches ` +
    "(data.batch_size, trainer.accumulate_grad_batches), or another range";
}

function moreSteps({ num_training }: RateRange): string {
  return `trainer.lr_range.num_training=${2 * num_training}`;
}

/** Whether the loss was still falling where the range ends. */
function isCut({ num_training }: RateRange, { rates, stopped, fall }: RateCurve): boolean {
  const end = rates.length - Math.floor(num_training / 10);
  return stopped === undefined && !fall.hasRisen && fall.to === end - 1;
}

function stillFalling({ max_lr }: RateRange): string {
  return `the loss still falls at the highest rate; trainer.lr_range.max_lr=${
    rateText(max_lr * 100)
  } shows how far`;
}

/** A loss with two digits. */
function loss(value: number): string {
  return String(Number(value.toPrecision(2)));
}

/** The overrides that train at a rate. */
function overridesFor({ optimizer, scheduler }: Config, rate: number): string[] {
  if (scheduler.name === "one_cycle" && scheduler.max_lr !== null) {
    return [`scheduler.max_lr=${rateText(rate)}`];
  }
  const others = optimizer.name === "muon" ? { adamw_lr: Number(optimizer.adamw_lr) } : {};
  return Object.entries({ lr: optimizer.lr, ...others }).map(([key, given]) =>
    `optimizer.${key}=${rateText(rate * given / optimizer.lr)}`
  );
}
