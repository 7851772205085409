/** The worker that has the engine: it trains, and keeps the files of the run. */
import { DataError } from "../../src/base/errors.ts";
import { openDevice } from "../../src/core/device.ts";
import { openGpu } from "../../src/host/browser.ts";
import { memoryDisk } from "../../src/host/memory_disk.ts";
import { describeAdapter } from "../../src/setup/open_model.ts";
import type { Handlers } from "../protocol/channel.ts";
import type { EngineCalls } from "../protocol/engine_calls.ts";
import { Pace } from "./pace.ts";
import { RUN, train } from "./train.ts";

/** Answers the page's calls about training. */
export function engineCalls(): Handlers<EngineCalls> {
  const disk = memoryDisk(), pace = new Pace();
  let stop: AbortController | undefined;
  return {
    async adapter() {
      const device = await openDevice(await openGpu());
      try {
        return describeAdapter(device);
      } finally {
        device.close();
      }
    },
    async train(order, { progress: say }) {
      if (stop !== undefined) throw new DataError("Cannot train: a run is in progress; stop it first");
      stop = new AbortController();
      pace.set("go");
      try {
        return await train(order, { disk, pace, signal: stop.signal, say });
      } finally {
        stop = undefined;
      }
    },
    pace: (how) => pace.set(how),
    stop() {
      stop?.abort();
      pace.set("go");
    },
    async runFiles() {
      const files = await disk.filesBelow(RUN);
      return files.map(({ path, bytes }) => ({ path: path.slice(RUN.length + 1), bytes }));
    },
    runFile: (path) => disk.readFile(`${RUN}/${path}`),
  };
}
