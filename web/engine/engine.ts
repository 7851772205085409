/** The worker that has the engine: it trains, and keeps the files of the run. */
import { DataError } from "../../src/base/errors.ts";
import { openDevice, shareDevice } from "../../src/core/device.ts";
import { openGpu } from "../../src/host/browser.ts";
import { takeRuntime } from "../../src/host/browser_onnx.ts";
import { memoryDisk } from "../../src/host/memory_disk.ts";
import { describeAdapter } from "../../src/setup/open_model.ts";
import type { Handlers } from "../protocol/channel.ts";
import type { EngineCalls, EngineFacts } from "../protocol/engine_calls.ts";
import { filesAhead } from "../worker/ahead.ts";
import { ownConfig } from "./conf.ts";
import { exportOnnx } from "./export.ts";
import { Pace } from "./pace.ts";
import type { KeptSurvey } from "./survey.ts";
import { train } from "./train.ts";
import { tryCalls } from "./try/try_calls.ts";
import { umapOf } from "./umap.ts";

async function facts(): Promise<EngineFacts> {
  const device = await openDevice(await openGpu()), conf = ownConfig();
  try {
    const adapter = describeAdapter(device);
    return {
      adapter,
      isSoftware: /swiftshader|llvmpipe|lavapipe/i.test(adapter),
      models: conf.options("model"),
      transforms: conf.options("transforms"),
    };
  } finally {
    device.close();
  }
}

/** The folder of the page's training. */
const RUN = "run";

/** Answers the page's calls about training; `runtime` is what a page of one file has of ONNX Runtime. */
export function engineCalls(runtime: Blob | undefined): Handlers<EngineCalls> {
  if (runtime !== undefined) takeRuntime(runtime);
  const disk = memoryDisk(), pace = new Pace(), ahead = filesAhead();
  let stop: AbortController | undefined, kept: KeptSurvey | undefined;
  const keep = (made: KeptSurvey) => void (kept = made);
  const surveyed = () => {
    if (kept !== undefined) return kept;
    throw new DataError("Cannot answer: no training of this tab has been finished");
  };
  if (navigator.gpu !== undefined) shareDevice(navigator.gpu); // what one training has compiled, the next one has
  return {
    ...ahead.calls,
    facts,
    async train(order, { progress: say }) {
      if (stop !== undefined) throw new DataError("Cannot train: a run is in progress; stop it first");
      stop = new AbortController();
      pace.set("go");
      const source = ahead.withFiles(order.source);
      try {
        return await train({ ...order, source }, { disk, pace, signal: stop.signal, say, keep });
      } finally {
        stop = undefined;
      }
    },
    pace: (how) => pace.set(how),
    stop() {
      stop?.abort();
      pace.set("go");
    },
    survey: () => kept?.survey,
    umap: async ({ every }, context) => await umapOf(surveyed().features, surveyed().width, every, context),
    async runFiles() {
      const files = await disk.filesBelow(RUN);
      return files.map(({ path, bytes }) => ({ path: path.slice(RUN.length + 1), bytes }));
    },
    exportOnnx: async (_, { progress: say }) => await exportOnnx(disk, RUN, surveyed().pictures, say),
    runFile: async (path) => new Blob([await disk.readFile(`${RUN}/${path}`) as Uint8Array<ArrayBuffer>]),
    ...tryCalls(disk, RUN, ahead.withFiles),
  };
}
