import { hasTop5 } from "../metrics/accuracy.ts";

/** The result of a test over so many classes in one line; `split` is what was tested. */
export function formatTest(
  { loss, top1, top5, rows }: { loss: number; top1: number; top5: number; rows: number },
  classes: number,
  split = "test",
): string {
  const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
  const five = hasTop5(classes) ? `  top-5 ${percent(top5)}` : "";
  return `${split.padEnd(7)} loss ${loss.toFixed(4)}  top-1 ${percent(top1)}${five}  (${rows} images)`;
}
