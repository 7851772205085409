/** The result of a test in one line. */
export function formatTest(
  { loss, top1, top5, rows }: { loss: number; top1: number; top5: number; rows: number },
): string {
  const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
  return `test    loss ${loss.toFixed(4)}  top-1 ${percent(top1)}  top-5 ${percent(top5)}  (${rows} images)`;
}
