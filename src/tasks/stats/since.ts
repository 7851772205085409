/** What has changed since an earlier version of the dataset. */
import { ConfigError } from "../../base/errors.ts";
import type { Config } from "../../config/mod.ts";
import { type Inspect, inspectFiles, inspecting, type InspectOptions } from "../../data/health/inspect.ts";
import { compareVersions, type VersionChanges } from "../../data/health/versions.ts";
import type { Dataset, Decode } from "../../data/types.ts";
import type { Host } from "../../setup/host.ts";
import { openDataset } from "../../setup/open_dataset.ts";

/** The configured version, whose files are known. */
export interface KnownVersion {
  readonly dataset: Dataset;
  readonly inspect: Inspect;
  readonly decode: Decode;
}

/** Requires a dataset of the user's own for --since. @throws ConfigError */
export function requireVersioned({ data }: Config, since: string | undefined): void {
  if (since === undefined || data.name === "image_folder") return;
  throw new ConfigError(
    `Cannot use --since ${since} with data=${data.name}: it is drawn; give the path of the new version first`,
  );
}

/** The changes since the version at `path`, which is read as the configured one is, but for its corrections. */
export async function changesSince(
  host: Host,
  config: Config,
  path: string,
  { dataset, inspect, decode }: KnownVersion,
  options: InspectOptions,
): Promise<VersionChanges> {
  const data = { ...config.data, data_root: path, patch: null } as Config["data"];
  const { tree, dataset: earlier } = await openDataset(host, { ...config, data });
  const files = await inspectFiles(earlier, inspecting(tree, decode), options);
  const known = await inspectFiles(dataset, inspect);
  return await compareVersions(
    { classes: earlier.classes, files },
    { classes: dataset.classes, files: known },
    options,
  );
}

/** Inspects each file once, and remembers it. */
export function remembering(inspect: Inspect): Inspect {
  const seen = new Map<string, ReturnType<Inspect>>();
  return (path) => {
    const known = seen.get(path) ?? inspect(path);
    seen.set(path, known);
    return known;
  };
}
