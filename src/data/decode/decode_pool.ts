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
  readonly patience?: number;
}

/** One job in progress and one queued, so that a worker never waits for the main thread. */
const AHEAD = 2;
const PATIENCE = 120_000;
const TRIES = 2;

interface Waiting {
  readonly path: string;
  readonly task: DecodeTask;
  readonly resolve: (decoded: Decoded) => void;
  readonly reject: (error: Error) => void;
  tries: number;
}

interface Member {
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
  readonly #members = new Set<Member>();
  readonly #queue: Waiting[] = [];
  #nextId = 0;
  #isResting = false;

  constructor(readonly tree: FileTree, readonly options: PoolOptions) {
    this.parallel = AHEAD * options.workers;
  }

  decode(path: string, task: DecodeTask = {}): Promise<Decoded> {
    this.#isResting = false;
    return new Promise((resolve, reject) => {
      this.#queue.push({ path, task, resolve, reject, tries: 0 });
      this.#serve();
    });
  }

  rest(): void {
    this.#isResting = true;
    this.#dismiss();
  }

  close(): void {
    this.#fail("Cannot decode: the worker pool is closed");
  }

  /** Posts queued jobs to the least busy workers. */
  #serve(): void {
    while (this.#queue.length > 0) {
      let member = leastBusy(this.#members);
      if (!member || (member.jobs.size > 0 && this.#members.size < this.options.workers)) {
        member = this.#hire();
      }
      if (member.jobs.size === AHEAD) return;
      this.#post(member, this.#queue.shift()!);
    }
    if (this.#isResting) this.#dismiss();
  }

  #hire(): Member {
    const thread = this.options.start();
    const member: Member = { thread, jobs: new Map(), isReady: false, timer: undefined };
    this.#members.add(member);
    this.#watch(member);
    thread.onmessage = ({ data: { id, ...decoded } }: MessageEvent<PostedAnswer>) => {
      if (!this.#members.has(member)) return;
      member.isReady = true;
      this.#settle(member, id, decoded);
    };
    thread.onmessageerror = () => this.#bury(member, "its answer could not be read");
    thread.onerror = (event) => {
      event.preventDefault(); // otherwise it would end the process
      this.#bury(member, reasonOf(event.message));
    };
    return member;
  }

  #post(member: Member, waiting: Waiting): void {
    const { path, task } = waiting, { maxPixels = MAX_PIXELS } = this.options, id = this.#nextId++;
    const post = (file: Pick<PostedJob, "place" | "bytes">) => {
      if (member.jobs.has(id)) member.thread.postMessage({ ...task, ...file, id, maxPixels });
    };
    const refuse = (error: unknown) => this.#settle(member, id, { reason: reasonOf(error) });
    member.jobs.set(id, waiting);
    if (member.jobs.size === 1) this.#watch(member);
    const { tree } = this;
    if (tree.place) Promise.resolve(path).then((path) => post({ place: tree.place!(path) })).catch(refuse);
    else tree.read(path).then((bytes) => post({ bytes }), refuse);
  }

  /** Resolves a job. No id means that the worker has just started. */
  #settle(member: Member, id: number | undefined, decoded: Decoded): void {
    const waiting = id === undefined ? undefined : member.jobs.get(id);
    if (id !== undefined) member.jobs.delete(id);
    waiting?.resolve(decoded);
    this.#watch(member);
    this.#serve();
  }

  /** Restarts the timeout of a worker that has work. */
  #watch(member: Member): void {
    const { patience = PATIENCE } = this.options;
    clearTimeout(member.timer);
    if (member.isReady && member.jobs.size === 0) return;
    member.timer = setTimeout(() => this.#bury(member, `no answer in ${patience / 1000} s`), patience);
  }

  /**
   * Removes a dead worker and requeues its jobs. The first job counts as the cause, unless the worker never started.
   */
  #bury(member: Member, cause: string): void {
    if (!this.#members.has(member)) return;
    this.#end(member);
    const [first, ...others] = member.jobs.values();
    this.#queue.unshift(...others);
    if (!member.isReady) {
      if (first) this.#queue.unshift(first);
      return this.#fail(`Cannot start a decoding worker: ${cause}`);
    }
    if (first && ++first.tries < TRIES) this.#queue.unshift(first);
    else first?.resolve({ reason: `it crashed the decoding worker ${TRIES} times (${cause})` });
    this.#serve();
  }

  #dismiss(): void {
    for (const member of [...this.#members]) if (member.jobs.size === 0) this.#end(member);
  }

  #end(member: Member): void {
    this.#members.delete(member);
    clearTimeout(member.timer);
    member.thread.terminate();
  }

  #fail(message: string): void {
    const underWay = [...this.#members].flatMap(({ jobs }) => [...jobs.values()]);
    const waiting = [...this.#queue.splice(0), ...underWay];
    for (const member of [...this.#members]) this.#end(member);
    for (const { reject } of waiting) reject(new DataError(message));
  }
}

/** The member with the fewest jobs. */
function leastBusy(members: Iterable<Member>): Member | undefined {
  let found: Member | undefined;
  for (const member of members) if (!found || member.jobs.size < found.jobs.size) found = member;
  return found;
}
