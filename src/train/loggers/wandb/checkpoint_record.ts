/** Checkpoints in the outbox: their description for the server, and where their bytes are. */
import type { ByteSource } from "../../../base/byte_source.ts";
import { DataError } from "../../../base/errors.ts";
import { readSeal } from "../../../formats/sealed.ts";
import type { KeptCheckpoint } from "../../log.ts";

/** A checkpoint to send. */
export interface CheckpointRecord {
  readonly path: string;
  /** The digest in the file's header; if it differs, another run has overwritten the file. */
  readonly seal: string | null;
  readonly aliases: readonly string[];
  readonly metadata: object;
  /** Identifies this version and its artifact. */
  readonly clientId: string;
  readonly sequenceClientId: string;
}

/** Opens a file by its path. @throws DataError if it is missing */
export type OpenFile = (path: string) => Promise<ByteSource>;

/**
 * Records of a training run's checkpoints, with the aliases and metadata that Lightning's WandbLogger gives them. A
 * file with two names, such as a last checkpoint that is also one of the best, is one version.
 * @param missing receives the reason why a file cannot be read
 */
export async function checkpointRecords(
  kept: readonly KeptCheckpoint[],
  options: object,
  { open, missing }: { readonly open: OpenFile; missing(reason: string): void },
): Promise<CheckpointRecord[]> {
  const records = new Map<string, CheckpointRecord>();
  for (const { path, step, score, isBest } of kept) {
    const seal = await open(path).then(readSeal).catch((error) => {
      if (!(error instanceof DataError)) throw error;
      missing(error.message);
      return null;
    });
    if (seal === null) continue;
    const key = seal ?? path;
    if (records.has(key)) continue;
    records.set(key, {
      path,
      seal: seal ?? null,
      aliases: isBest ? ["latest", "best"] : ["latest"],
      metadata: {
        score: Number.isFinite(score) ? score : null,
        original_filename: path.slice(path.lastIndexOf("/") + 1),
        step,
        ModelCheckpoint: options,
      },
      clientId: randomId(128),
      sequenceClientId: randomId(128),
    });
  }
  return [...records.values()];
}

/** The file of a record. @throws DataError if it is gone, or was replaced by another */
export async function openRecord({ path, seal }: CheckpointRecord, open: OpenFile): Promise<ByteSource> {
  const source = await open(path);
  if ((await readSeal(source) ?? null) === seal) return source;
  throw new DataError(`Cannot send ${path}: another run has overwritten it`);
}

/** Random lower-case letters and digits. */
export function randomId(length: number): string {
  const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
  return [...crypto.getRandomValues(new Uint8Array(length))].map((byte) => alphabet[byte % 36]).join("");
}
