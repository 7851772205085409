/** What a decoding worker does: one job after the other, pictures handed over without a copy. */
import { type Decoded, decodeFile, type DecodeTask } from "./decoder.ts";
import type { Decode, FilePlace } from "../types.ts";

/** A job as it is posted to a worker: where the file lies, or its bytes. */
export interface PostedJob extends DecodeTask {
  readonly id: number;
  readonly place?: FilePlace;
  readonly bytes?: Uint8Array;
  readonly maxPixels: number;
}

/** What a worker posts: that it is ready, or what became of a job. */
export interface PostedAnswer extends Decoded {
  /** Absent in the first message, which says that the worker is ready. */
  readonly id?: number;
}

/** The worker's end of the line. */
export interface ThreadScope {
  onmessage: ((event: MessageEvent<PostedJob>) => void) | null;
  postMessage(message: PostedAnswer, options: { transfer: Transferable[] }): void;
}

/** Answers jobs in the order in which they come. One is decoded at a time, and the next file is read meanwhile. */
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
    // Of a part of a larger buffer a copy is handed over, as the rest may be in use.
    const own = data.byteLength === data.buffer.byteLength ? data : data.slice();
    const picture = { ...decoded.picture!, data: own };
    scope.postMessage({ id: job.id, ...decoded, picture }, { transfer: [own.buffer as ArrayBuffer] });
  };
  scope.onmessage = ({ data: job }) => {
    const arriving = job.bytes ? Promise.resolve(job.bytes) : read(job.place!);
    arriving.catch(() => {}); // it is reported when its turn comes
    last = last.then(() => answer(job, arriving));
  };
  scope.postMessage({}, { transfer: [] });
}
