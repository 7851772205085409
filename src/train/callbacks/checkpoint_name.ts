/** Checkpoint names from templates like Lightning's: `{epoch:02d}-{val_acc:.4f}`. */
import type { Monitored } from "../../metrics/monitored.ts";
import type { RunState } from "../run_state.ts";

const FIELD = /\{([\w/]+)(?::(0\d+d|\.\d+f))?\}/g;

/** The metric's name in files: "val/acc_top1" becomes val_acc, "val/loss" becomes val_loss. */
function shortName(monitor: Monitored): string {
  return monitor.replace("/", "_").replace("_top1", "").replace("_epoch", "");
}

/** True if a template has only the fields epoch, step and the metric, and does not refer to another folder. */
export function checkFileName(template: string, monitor: Monitored | null): boolean {
  const metrics = monitor === null ? [] : [monitor.replace("/", "_"), shortName(monitor)];
  const plain = template.replaceAll(FIELD, (field, name: string) => {
    return ["epoch", "step", ...metrics].includes(name.replace("/", "_")) ? "" : field;
  });
  return !/[{}/\\]/.test(plain);
}

/**
 * The name of a checkpoint, "epoch=07-val_acc=0.9312.safetensors" by default; the step is appended if the name is
 * taken. Epochs count from 0, as everywhere in a run's files.
 */
export function fileName(
  template: string | null,
  monitor: Monitored | null,
  { epoch, step }: Pick<RunState, "epoch" | "step">,
  value: number,
  taken: ReadonlySet<string>,
): string {
  const metric = monitor === null ? undefined : shortName(monitor);
  const usual = `epoch={epoch:02d}-${metric === undefined ? "step={step}" : `${metric}={${metric}:.4f}`}`;
  const text = (template ?? usual).replaceAll(
    FIELD,
    (_, name, format) => {
      const number = name === "epoch" ? epoch : name === "step" ? step : value;
      if (format?.endsWith("d")) return String(number).padStart(Number(format.slice(1, -1)), "0");
      return format ? number.toFixed(Number(format.slice(1, -1))) : String(number);
    },
  );
  const name = `${text}.safetensors`;
  return taken.has(name) ? `${text}-step=${step}.safetensors` : name;
}
