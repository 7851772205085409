/** The body of a decoding worker. Jobs run one after the other, and images are transferred without a copy. */
import { type Decoded, decodeFile, type DecodeTask } from "./decoder.ts";
import type { Decode, FilePlace } from "../types.ts";

/** A job as posted to a worker: the location of the file, or its bytes. */
export interface PostedJob extends DecodeTask {
  readonly id: number;
  readonly place?: FilePlace;
  readonly bytes?: Uint8Array;
  readonly maxPixels: number;
}

/** A message from a worker: that it is ready, or the outcome of a job. */
export interface PostedAnswer extends Decoded {
  /** Absent in the first message, which reports that the worker is ready. */
  readonly id?: number;
}

/** The worker's side of the connection. */
export interface ThreadScope {
  onmessage: ((event: MessageEvent<PostedJob>) => void) | null;
  postMessage(message: PostedAnswer, options: { transfer: Transferable[] }): void;
}

/** Answers jobs in order. One file is decoded at a time while the next one is read. */
export function serveJobs(
  scope: ThreadScope,
  read: (place: FilePlace) => Promise<Uint8Array>,
  decode: Decode,
): void {
  let last = Promise.resolve();
  const answer = async (job: PostedJob, arriving: Promise<Uint8Array>) => {
    const decoded = await decodeFile(arriving, job, decode);
    const data = decoded.picture?.data;
    if (!data) return scope.postMessage({ id: job.id, ...decoded }, { transfer: [] });
    // Transfer a copy if this is part of a larger buffer, since the rest may be in use.
    const own = data.byteLength === data.buffer.byteLength ? data : data.slice();
    const picture = { ...decoded.picture!, data: own };
    scope.postMessage({ id: job.id, ...decoded, picture }, { transfer: [own.buffer as ArrayBuffer] });
  };
  scope.onmessage = ({ data: job }) => {
    const arriving = job.bytes ? Promise.resolve(job.bytes) : read(job.place!);
    arriving.catch(() => {}); // reported when it is awaited
    last = last.then(() => answer(job, arriving));
  };
  scope.postMessage({}, { transfer: [] });
}
