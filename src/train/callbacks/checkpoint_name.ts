/** Checkpoint names from templates like Lightning's: `{epoch:02d}-{val_acc:.4f}`. */
import type { Monitored } from "../monitor.ts";
import type { RunState } from "../run_state.ts";

const FIELD = /\{([\w/]+)(?::(0\d+d|\.\d+f))?\}/g;

/** The metric's name in files: "val/acc_top1" becomes val_acc, "val/loss" becomes val_loss. */
function shortName(monitor: Monitored): string {
  return monitor.replace("/", "_").replace("_top1", "").replace("_epoch", "");
}

/** True if a template has only known fields and does not refer to another folder. */
export function checkFileName(template: string): boolean {
  const plain = template.replaceAll(FIELD, (field, name) => {
    return /^(epoch|step|(val|train)[/_](acc|acc_top1|acc_top5|loss|loss_epoch))$/.test(name) ? "" : field;
  });
  return !/[{}/\\]/.test(plain);
}

/**
 * The name of a checkpoint, "epoch=07-val_acc=0.9312.safetensors" by default; the step is appended if the name is
 * taken. Epochs count from 0, as everywhere in a run's files.
 */
export function fileName(
  template: string | null,
  monitor: Monitored,
  { epoch, step }: Pick<RunState, "epoch" | "step">,
  value: number,
  taken: ReadonlySet<string>,
): string {
  const metric = shortName(monitor);
  const text = (template ?? `epoch={epoch:02d}-${metric}={${metric}:.4f}`).replaceAll(
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
