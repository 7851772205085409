/**
 * The ranks of an MPI launch. A call first waits until all ranks have made it, by a barrier that is tested now and then,
 * so a rank that waits takes no processor; then the data moves, at full speed, by a blocking call on another thread. One
 * call follows the other, in the order in which they were made.
 */
import { setImmediate } from "node:timers/promises";
import { ConfigError } from "../base/errors.ts";
import type { Promised, Ranks } from "../base/ranks.ts";
import type { MpiLaunch } from "../setup/mpi_launch.ts";
import { INSTALL, type MpiLibrary, openMpiLibrary, VARIABLE } from "./deno_mpi_library.ts";

/** Ranks that can be left. */
export interface OpenRanks extends Ranks {
  /** Ends MPI, when all ranks have called it. */
  close(): Promise<void>;
}

/**
 * Variables that fix the order of sums, where the user has not set them: MPICH would choose another algorithm after some
 * calls, so that a run that resumes would differ from one that goes on.
 */
const PINNED: Readonly<Record<string, string>> = {
  OMPI_MCA_coll_tuned_use_dynamic_rules: "1",
  OMPI_MCA_coll_tuned_allreduce_algorithm: "4", // ring, which a message shorter than the ring replaces by doubling
  MPIR_CVAR_ALLREDUCE_DEVICE_COLLECTIVE: "0",
  MPIR_CVAR_ALLREDUCE_INTRA_ALGORITHM: "recursive_doubling",
  I_MPI_CBWR: "1", // Intel MPI's name of the same
};

/** Milliseconds in which a rank looks for the others as often as it can, and the longest pause between looks after. */
const EAGER = 2, PAUSE = 5;

/** Opens MPI for the processes of a launch. @throws ConfigError with the cure if that is not possible */
export function openMpi(launch: MpiLaunch): OpenRanks {
  const library = openMpiLibrary((name) => Deno.env.get(name));
  if (library === undefined) {
    throw new ConfigError(
      `Cannot train on the ${launch.size} ranks of ${launch.launcher}: no MPI library was found; install one, ${INSTALL}` +
        `, or name it in ${VARIABLE}`,
    );
  }
  for (const [name, value] of Object.entries(PINNED)) Deno.env.get(name) ?? Deno.env.set(name, value);
  return new Mpi(library, launch);
}

type Values = Float32Array | Float64Array | Int32Array;

class Mpi implements OpenRanks {
  readonly rank: number;
  readonly size: number;
  readonly #library: MpiLibrary;
  /** The call before, which the next one waits for. */
  #last: Promise<unknown> = Promise.resolve();
  /** The call that is being made, which holds the memory that MPI works on. */
  readonly #running = new Set<unknown>();

  constructor(library: MpiLibrary, { launcher, size }: MpiLaunch) {
    const { functions, handles: { world, threads } } = library, out = new Int32Array(16);
    this.#library = library;
    check("MPI_Init_thread", functions.MPI_Init_thread(null, null, threads.multiple, out));
    if (out[0] < threads.serialized) {
      throw new ConfigError(
        `Cannot use ${library.path} (${library.version}) because it does not serve several threads: use another MPI`,
      );
    }
    check("MPI_Comm_rank", functions.MPI_Comm_rank(world, out));
    this.rank = out[0];
    check("MPI_Comm_size", functions.MPI_Comm_size(world, out));
    this.size = out[0];
    if (this.size === size) return;
    throw new ConfigError(
      `Cannot train on the ${size} ranks of ${launcher} because ${library.version} (${library.path}) sees ${this.size}: ` +
        `name the launcher's own library in ${VARIABLE}, or with srun give --mpi=pmix or --mpi=pmi2`,
    );
  }

  sum(values: Promised<Values>): Promise<void> {
    return this.#reduce(values, "sum");
  }

  max(values: Float64Array): Promise<void> {
    return this.#reduce(values, "max");
  }

  #reduce(values: Promised<Values>, how: "sum" | "max"): Promise<void> {
    const { functions, handles } = this.#library, { inPlace, world } = handles;
    return this.#call("MPI_Allreduce", values, (values) => {
      const type = values instanceof Float32Array
        ? handles.float32
        : values instanceof Float64Array
        ? handles.float64
        : handles.int32;
      return functions.MPI_Allreduce(inPlace, bytesOf(values), values.length, type, handles[how], world);
    });
  }

  async gather(bytes: Promised<Uint8Array>): Promise<Uint8Array[]> {
    const { functions, handles: { byte, int32, inPlace, world } } = this.#library;
    const lengths = new Int32Array(this.size), starts = new Int32Array(this.size);
    let all = new Uint8Array();
    const first = this.#call("MPI_Allgather", bytes, (bytes) => {
      lengths[this.rank] = requireSendable(bytes).length;
      return functions.MPI_Allgather(inPlace, 1, int32, bytesOf(lengths), 1, int32, world);
    });
    const second = this.#call("MPI_Allgatherv", bytes, (bytes) => {
      const total = lengths.reduce((sum, length) => sum + length, 0);
      lengths.forEach((length, i) => starts[i + 1] = starts[i] + length);
      all = new Uint8Array(Math.max(total, 1));
      const from = bytesOf(bytes), counts = bytesOf(lengths), places = bytesOf(starts);
      return functions.MPI_Allgatherv(from, bytes.length, byte, all, counts, places, byte, world);
    });
    await Promise.all([first, second]);
    return Array.from(lengths, (length, i) => all.slice(starts[i], starts[i] + length));
  }

  async exchange(bytes: Promised<Uint8Array>): Promise<Uint8Array> {
    const { functions, handles: { byte, world } } = this.#library;
    let received = new Uint8Array();
    await this.#call("MPI_Alltoall", bytes, (bytes) => {
      const part = requireSendable(bytes).length / this.size;
      received = new Uint8Array(bytes.length);
      return functions.MPI_Alltoall(bytesOf(bytes), part, byte, received, part, byte, world);
    });
    return received;
  }

  async broadcast(bytes: Uint8Array | undefined, from = 0): Promise<Uint8Array> {
    const { functions, handles: { byte, int32, world } } = this.#library;
    const isSender = this.rank === from, length = new Int32Array(16);
    if (isSender && bytes === undefined) throw new TypeError("Cannot broadcast: the sender has no bytes");
    if (isSender) length[0] = requireSendable(bytes!).length;
    let data = new Uint8Array();
    const first = this.#call(
      "MPI_Bcast",
      length,
      (length) => functions.MPI_Bcast(bytesOf(length), 1, int32, from, world),
    );
    const second = this.#call("MPI_Bcast", bytes, (bytes) => {
      data = isSender ? bytesOf(bytes!) : new Uint8Array(length[0]);
      return functions.MPI_Bcast(data, length[0], byte, from, world);
    });
    await Promise.all([first, second]);
    return data;
  }

  barrier(): Promise<void> {
    return this.#call("MPI_Ibarrier", undefined, () => Promise.resolve(0));
  }

  abort(code: number): void {
    this.#library.functions.MPI_Abort(this.#library.handles.world, code);
  }

  close(): Promise<void> {
    return this.#call(
      "MPI_Finalize",
      undefined,
      () => Promise.resolve(this.#library.functions.MPI_Finalize()),
    );
  }

  /** Makes a call once the one before has ended, its values are there, and all ranks have come. */
  #call<T>(name: string, values: Promised<T>, call: (values: T) => Promise<number>): Promise<void> {
    const made = Promise.all([values, this.#last]).then(async ([own]) => {
      await this.#meet();
      const running = { call, own };
      this.#running.add(running);
      check(name, await call(own));
      this.#running.delete(running);
    });
    this.#last = made;
    return made;
  }

  /** Waits for all ranks. */
  async #meet(): Promise<void> {
    const { functions, handles } = this.#library;
    const request = new Uint8Array(128), flag = new Int32Array(16), status = new Uint8Array(128);
    check("MPI_Ibarrier", functions.MPI_Ibarrier(handles.world, request));
    const start = performance.now();
    for (;;) {
      check("MPI_Test", functions.MPI_Test(request, flag, status));
      if (flag[0] !== 0) return;
      const waited = performance.now() - start;
      if (waited < EAGER) await setImmediate();
      else await new Promise((resolve) => setTimeout(resolve, Math.min(waited / 100, PAUSE)));
    }
  }
}

/** MPI ends all ranks at an error, unless a library is told otherwise. */
function check(name: string, code: number): void {
  if (code !== 0) throw new Error(`${name} returned ${code}`);
}

/** The bytes of an array. Asking for its buffer takes a short one off the heap, where it would not stay in place. */
function bytesOf(values: Values | Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(values.buffer as ArrayBuffer, values.byteOffset, values.byteLength);
}

/** MPI counts in 32 bits. */
function requireSendable(bytes: Uint8Array): Uint8Array {
  if (bytes.length < 2 ** 31) return bytes;
  throw new RangeError(`Cannot send ${bytes.length} bytes at once: must be fewer than 2^31`);
}
