/** The callbacks that a configuration chooses, and what they can know about the run. */
import type { Config } from "../config/mod.ts";
import type { Device } from "../core/device.ts";
import { classCounts } from "../data/class_weights.ts";
import type { Finding } from "../data/health/types.ts";
import { SPLITS } from "../data/types.ts";
import type { Callback } from "../train/callback.ts";
import { makeCallbacks } from "../train/callbacks/mod.ts";
import type { CallbackContext } from "../train/callbacks/plugin.ts";
import { checkpointStore } from "./checkpoint_store.ts";
import { behaviourOf } from "./compat.ts";
import { currentHealth } from "./health_note.ts";
import type { Host } from "./host.ts";
import type { OpenData } from "./open_data.ts";
import { reportedFindings, runFiles } from "./run_files.ts";
import type { RunPlaces } from "./run_places.ts";

/** What has already been opened for a training run. */
export interface CallbackParts {
  readonly device: Device;
  readonly data: OpenData;
  /** Findings about the dataset's health. */
  readonly findings: readonly Finding[];
}

/** Creates the chosen callbacks. */
export function openCallbacks(
  host: Host,
  config: Config,
  { folder, checkpoints, resume }: RunPlaces,
  { device, data, findings }: CallbackParts,
): Callback[] {
  return makeCallbacks({ ...config.callbacks, ema: behaviourOf(config).ema }, {
    folder,
    imageSize: config.data.image_size,
    normalization: data.evalPipeline.normalization,
    write: host.writeAtomic,
    checkpoints: checkpointStore(host, { run: folder, folder: checkpoints, isResumed: resume !== undefined }),
    scheduleInterval: config.scheduler.interval,
    samples: SPLITS.filter((split) => data.count(split) > 0)
      .map((name) => ({ name, counts: classCounts(data.store(name).samples, data.classes.length) })),
    validates: data.evaluate("valid").length > 0,
    picture: data.picture,
    plotting: host.plotting,
    report: {
      files: runFiles(host, folder),
      encodeJpeg: host.encodeJpeg,
      pathOf: data.pathOf,
      get health() {
        return reportedFindings(currentHealth(data, findings, SPLITS));
      },
      now: host.now,
    },
    exportOnnx: exporter(host, device, data),
    print: host.print,
    progress: host.progress,
    screen: { columns: host.terminal.columns, print: host.print, live: host.live },
  });
}

/** Exports checkpoints of the run, and checks them with its validation split. */
function exporter(host: Host, device: Device, data: OpenData): CallbackContext["exportOnnx"] {
  return async (checkpoint, path, options) => {
    const { exportCheckpoint } = await import("./export/export_checkpoint.ts");
    const { pictures } = data.store("valid");
    const checkSet = pictures.length > 0 ? { name: "validation images", pictures } : undefined;
    host.print("");
    await exportCheckpoint(host, {
      checkpoint,
      path,
      options,
      checkSet,
      openDevice: () => Promise.resolve(device),
    });
  };
}
