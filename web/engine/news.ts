/** The callback by which the page follows a run. */
import type { OpenData } from "../../src/setup/open_data.ts";
import type { Callback } from "../../src/train/callback.ts";
import type { Tally } from "../../src/train/step_results.ts";
import type { Score, TrainNews } from "../protocol/engine_calls.ts";
import type { Pace } from "./pace.ts";

/** Says what a run does, and lets it wait between two steps. */
export function newsFrom(
  { classes }: OpenData,
  { pace, say }: { readonly pace: Pace; readonly say: (news: TrainNews) => void },
): Callback {
  return {
    name: "page",
    fitStart({ maxEpochs, batchesPerEpoch }) {
      say({ kind: "began", steps: maxEpochs * batchesPerEpoch, epochs: maxEpochs, classes });
    },
    stepLogged(_, { step, epoch, lr, imagesPerSecond, tally }) {
      say({ kind: "step", step, epoch, lr, imagesPerSecond, ...scoreOf(tally) });
    },
    stepEnd: () => pace.next(() => say({ kind: "paused" })),
    validated: (_, { step, epoch, tally }) => say({ kind: "valid", step, epoch, ...scoreOf(tally) }),
  };
}

function scoreOf({ loss, top1 }: Tally): Score {
  return { loss, top1 };
}
