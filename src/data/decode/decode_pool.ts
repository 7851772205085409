/**
 * A pool of decoding workers. Each worker holds at most {@link AHEAD} jobs and processes the first, so the number of
 * workers bounds the files and images in memory; further requests wait here as paths. A worker that dies or hangs is
 * replaced. The file it was processing is retried once and then counts as unreadable.
 */
import { DataError } from "../../base/errors.ts";
import { type Decoded, type Decoder, type DecodeTask, reasonOf } from "./decoder.ts";
import type { PostedAnswer, PostedJob } from "./decode_thread.ts";
import { MAX_PIXELS } from "./picture_header.ts";
import type { FileTree } from "../types.ts";

/** The part of `Worker` that the pool uses. */
export interface DecodeThread {
  onmessage: ((event: MessageEvent) => void) | null;
  onmessageerror: ((event: MessageEvent) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  postMessage(job: PostedJob): void;
  terminate(): void;
}

/** Options of {@link decodePool}. */
export interface PoolOptions {
  /** Number of workers. */
  readonly workers: number;
  /** Starts a worker that answers through {@link serveJobs}. */
  readonly start: () => DecodeThread;
  readonly maxPixels?: number;
  /** Milliseconds without an answer after which a worker counts as dead. */
  readonly timeoutMs?: number;
}

/** One job in progress and one queued, so that a worker never waits for the main thread. */
const AHEAD = 2;
const TIMEOUT_MS = 120_000;
const TRIES = 2;

interface Waiting {
  readonly path: string;
  readonly task: DecodeTask;
  readonly resolve: (decoded: Decoded) => void;
  readonly reject: (error: Error) => void;
  tries: number;
}

interface PoolWorker {
  readonly thread: DecodeThread;
  /** By id, in posting order: the first is in progress. */
  readonly jobs: Map<number, Waiting>;
  isReady: boolean;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/** Decodes the files of `tree` in workers, which start on the first request. */
export function decodePool(tree: FileTree, options: PoolOptions): Decoder {
  const { workers } = options;
  if (!Number.isInteger(workers) || workers < 1) {
    throw new RangeError(`Cannot decode in ${workers} workers: need an integer of at least 1`);
  }
  return new DecodePool(tree, options);
}

class DecodePool implements Decoder {
  readonly parallel: number;
  readonly #workers = new Set<PoolWorker>();
  #queue: Waiting[] = [];
  #nextId = 0;
  #endsWhenIdle = false;

  constructor(readonly tree: FileTree, readonly options: PoolOptions) {
    this.parallel = AHEAD * options.workers;
  }

  decode(path: string, task: DecodeTask = {}): Promise<Decoded> {
    this.#endsWhenIdle = false;
    return new Promise((resolve, reject) => {
      this.#queue.push({ path, task, resolve, reject, tries: 0 });
      this.#serve();
    });
  }

  endIdle(): void {
    this.#endsWhenIdle = true;
    this.#endIdleWorkers();
  }

  close(): void {
    this.#fail("Cannot decode: the worker pool is closed");
  }

  /** Posts queued jobs to the least busy workers. */
  #serve(): void {
    while (this.#queue.length > 0) {
      let worker = leastBusy(this.#workers);
      if (!worker || (worker.jobs.size > 0 && this.#workers.size < this.options.workers)) {
        worker = this.#spawn();
      }
      if (worker.jobs.size === AHEAD) return;
      this.#post(worker, this.#queue.shift()!);
    }
    if (this.#endsWhenIdle) this.#endIdleWorkers();
  }

  #spawn(): PoolWorker {
    const thread = this.options.start();
    const worker: PoolWorker = { thread, jobs: new Map(), isReady: false, timer: undefined };
    this.#workers.add(worker);
    this.#watch(worker);
    thread.onmessage = ({ data: { id, ...decoded } }: MessageEvent<PostedAnswer>) => {
      if (!this.#workers.has(worker)) return;
      worker.isReady = true;
      this.#settle(worker, id, decoded);
    };
    thread.onmessageerror = () => this.#replace(worker, "its answer could not be read");
    thread.onerror = (event) => {
      event.preventDefault(); // otherwise it would end the process
      this.#replace(worker, reasonOf(event.message));
    };
    return worker;
  }

  #post(worker: PoolWorker, waiting: Waiting): void {
    const { path, task } = waiting, { maxPixels = MAX_PIXELS } = this.options, id = this.#nextId++;
    const post = (file: Pick<PostedJob, "place" | "bytes">) => {
      if (worker.jobs.has(id)) worker.thread.postMessage({ ...task, ...file, id, maxPixels });
    };
    const refuse = (error: unknown) => this.#settle(worker, id, { reason: reasonOf(error) });
    worker.jobs.set(id, waiting);
    if (worker.jobs.size === 1) this.#watch(worker);
    const { tree } = this;
    if (tree.place) Promise.resolve(path).then((path) => post({ place: tree.place!(path) })).catch(refuse);
    else tree.read(path).then((bytes) => post({ bytes }), refuse);
  }

  /** Resolves a job. No id means that the worker has just started. */
  #settle(worker: PoolWorker, id: number | undefined, decoded: Decoded): void {
    const waiting = id === undefined ? undefined : worker.jobs.get(id);
    if (id !== undefined) worker.jobs.delete(id);
    waiting?.resolve(decoded);
    this.#watch(worker);
    this.#serve();
  }

  /** Restarts the timeout of a worker that has work. */
  #watch(worker: PoolWorker): void {
    const { timeoutMs = TIMEOUT_MS } = this.options;
    clearTimeout(worker.timer);
    if (worker.isReady && worker.jobs.size === 0) return;
    worker.timer = setTimeout(() => this.#replace(worker, `no answer in ${timeoutMs / 1000} s`), timeoutMs);
  }

  /**
   * Removes a dead worker and requeues its jobs. The first job counts as the cause, unless the worker never started.
   */
  #replace(worker: PoolWorker, cause: string): void {
    if (!this.#workers.has(worker)) return;
    this.#end(worker);
    const [first, ...others] = worker.jobs.values();
    this.#queue = [...others, ...this.#queue];
    if (!worker.isReady) {
      if (first) this.#queue.unshift(first);
      return this.#fail(`Cannot start a decoding worker: ${cause}`);
    }
    if (first && ++first.tries < TRIES) this.#queue.unshift(first);
    else first?.resolve({ reason: `it crashed the decoding worker ${TRIES} times (${cause})` });
    this.#serve();
  }

  #endIdleWorkers(): void {
    for (const worker of [...this.#workers]) if (worker.jobs.size === 0) this.#end(worker);
  }

  #end(worker: PoolWorker): void {
    this.#workers.delete(worker);
    clearTimeout(worker.timer);
    worker.thread.terminate();
  }

  #fail(message: string): void {
    const underWay = [...this.#workers].flatMap(({ jobs }) => [...jobs.values()]);
    const waiting = [...this.#queue.splice(0), ...underWay];
    for (const worker of [...this.#workers]) this.#end(worker);
    for (const { reject } of waiting) reject(new DataError(message));
  }
}

/** The worker with the fewest jobs. */
function leastBusy(workers: Iterable<PoolWorker>): PoolWorker | undefined {
  let found: PoolWorker | undefined;
  for (const worker of workers) if (!found || worker.jobs.size < found.jobs.size) found = worker;
  return found;
}
