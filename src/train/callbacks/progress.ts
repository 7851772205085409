import type { Callback } from "../callback.ts";

/** Prints a line for each epoch: loss, top-1, top-5, images/s and the share of time that went by waiting for data. */
export function progress(print: (line: string) => void): Callback {
  const percent = (share: number) => (100 * share).toFixed(1).padStart(5) + " %";
  return {
    name: "progress",
    epochEnd(state) {
      const { epoch, train, valid, imagesPerSecond, dataWait, seconds } = state.history.at(-1)!;
      const width = String(state.maxEpochs).length;
      const parts = [
        `epoch ${String(epoch + 1).padStart(width)}/${state.maxEpochs}`,
        `train loss ${train.loss.toFixed(4)} top-1 ${percent(train.top1)}`,
        valid
          ? `valid loss ${valid.loss.toFixed(4)} top-1 ${percent(valid.top1)} top-5 ${percent(valid.top5)}`
          : "no valid split",
        `${imagesPerSecond.toFixed(1)} images/s`,
        `data wait ${percent(dataWait)}`,
        `${seconds.toFixed(1)} s`,
      ];
      const best = state.best?.epoch === epoch ? "  best" : "";
      print(parts.join("  |  ") + best);
    },
  };
}
