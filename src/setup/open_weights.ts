/** Where initial weights come from: a path, or for `DEFAULT` the file that torchvision's hub would use. */
import { sha256 } from "../base/sha256.ts";
import type { ByteSource } from "../base/byte_source.ts";
import { ConfigError, DataError } from "../base/errors.ts";
import { type ModelName, models } from "../nn/models/mod.ts";
import type { Host } from "./host.ts";
import { waitForLock } from "./wait_for_lock.ts";

/** The value that means torchvision's weights. */
export const DEFAULT_WEIGHTS = "DEFAULT";

/** Where torchvision keeps its ImageNet weights; a file's name ends with the first digits of its SHA-256. */
const HUB = "https://download.pytorch.org/models";
/** Our own folder, which is searched first and receives downloads. */
const FOLDER = "weights";

/** The parts of a host needed to find weights. */
export type WeightsHost = Pick<
  Host,
  "openFile" | "download" | "folderStore" | "writeAtomic" | "tryLock" | "signal" | "configWorld" | "print"
>;

/** A file of weights, and the place of the weights in it, where it has several. */
export interface ModelFile {
  readonly source: ByteSource;
  readonly key?: string | undefined;
}

/** Opens `PATH`, or `PATH:KEY`, as in `checkpoint.pth:state_dict_ema`. @throws DataError if there is no such file */
export async function openModelFile(host: Pick<Host, "openFile">, name: string): Promise<ModelFile> {
  const [, path = name, key] = /^(.+\.\w+):([\w.-]+)$/s.exec(name) ?? [];
  return { source: await host.openFile(path), key };
}

/**
 * Opens the file that `weights` names.
 * @throws DataError if there is no such file; for DEFAULT it lists the places searched and what to put there
 */
export async function openWeights(host: WeightsHost, model: ModelName, weights: string): Promise<ModelFile> {
  return await openModelFile(host, weights === DEFAULT_WEIGHTS ? await findDefault(host, model) : weights);
}

/** The path of torchvision's weights, which are downloaded if necessary. */
async function findDefault(host: WeightsHost, model: ModelName): Promise<string> {
  const file = models[model].weights?.file;
  if (file === undefined) {
    throw new ConfigError(
      `Cannot use model.weights=${DEFAULT_WEIGHTS} with ${model}: torchvision has none; give model.weights=<path>`,
    );
  }
  const folders = [FOLDER, `${torchHome(host.configWorld.env)}/hub/checkpoints`];
  const kept = await firstWith(host, folders, file);
  if (kept !== undefined) return kept;
  await using _ = await waitForLock(host, `${FOLDER}/${file}`, "fetches it");
  return await firstWith(host, folders, file) ?? await fetchWeights(host, model, file, folders);
}

/** The path of a file in the first folder that has it. */
async function firstWith(
  host: WeightsHost,
  folders: readonly string[],
  file: string,
): Promise<string | undefined> {
  for (const folder of folders) {
    if (await host.folderStore(folder).exists(file)) return `${folder}/${file}`;
  }
  return undefined;
}

/** Downloads a file that is in none of the folders into our own. */
async function fetchWeights(
  host: WeightsHost,
  model: ModelName,
  file: string,
  folders: readonly string[],
): Promise<string> {
  const url = `${HUB}/${file}`, path = `${FOLDER}/${file}`;
  try {
    host.print(`        fetching ${url}`);
    const bytes = await host.download(url);
    await requireHash(file, bytes);
    await host.writeAtomic(path, bytes);
    return path;
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    const places = folders.map((folder) => `${folder}/${file}`).join(" nor ");
    throw new DataError(
      `Cannot find torchvision's weights for ${model}: there is neither ${places}, and they cannot be fetched ` +
        `(${error.message}): fetch ${url} elsewhere and put it into ${FOLDER}/, or give model.weights=<path>`,
      { cause: error },
    );
  }
}

/** Where PyTorch keeps downloads (torch.hub.get_dir). */
function torchHome(env: (name: string) => string | undefined): string {
  const home = env("HOME") ?? env("USERPROFILE") ?? "~";
  const path = env("TORCH_HOME") ?? `${env("XDG_CACHE_HOME") ?? "~/.cache"}/torch`;
  return path.replace(/^~(?=\/|$)/, home);
}

/** Compares a download with the hash in its name. @throws DataError if they differ */
async function requireHash(file: string, bytes: Uint8Array): Promise<void> {
  const [, expected] = /-([0-9a-f]{8})\.pth$/.exec(file)!;
  const hash = (await sha256(bytes)).toHex();
  if (hash.startsWith(expected)) return;
  throw new DataError(
    `its SHA-256 must begin with ${expected}: that of the ${bytes.length} bytes is ${hash.slice(0, 8)}`,
  );
}
