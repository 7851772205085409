/**
 * MPI's library through Deno's FFI. The functions are the same everywhere; what differs is what stands for the world,
 * types and operations: pointers to objects in Open MPI, numbers in MPICH (and its kin, such as Intel MPI and Cray's),
 * and others in the ABI of MPI 5, which MPICH 4.3 and Open MPI 6 have in a library of its own.
 */
import { ConfigError, firstLineOf } from "../base/errors.ts";

const P = "pointer", B = "buffer", I = "i32";

const SYMBOLS = {
  MPI_Init_thread: { parameters: [P, P, I, B], result: I },
  MPI_Get_library_version: { parameters: [B, B], result: I },
  MPI_Comm_rank: { parameters: [P, B], result: I },
  MPI_Comm_size: { parameters: [P, B], result: I },
  MPI_Ibarrier: { parameters: [P, B], result: I },
  MPI_Test: { parameters: [B, B, B], result: I },
  MPI_Abort: { parameters: [P, I], result: I },
  MPI_Finalize: { parameters: [], result: I },
  // What moves data runs on another thread, so that this one goes on.
  MPI_Allreduce: { parameters: [P, B, I, P, P, P], result: I, nonblocking: true },
  MPI_Allgather: { parameters: [P, I, P, B, I, P, P], result: I, nonblocking: true },
  MPI_Allgatherv: { parameters: [B, I, P, B, B, B, P, P], result: I, nonblocking: true },
  MPI_Alltoall: { parameters: [B, I, P, B, I, P, P], result: I, nonblocking: true },
  MPI_Bcast: { parameters: [B, I, P, I, P], result: I, nonblocking: true },
  MPI_Abi_get_version: { parameters: [B, B], result: I, optional: true },
  MPIR_Dup_fn: { parameters: [], result: "void", optional: true },
  ompi_mpi_comm_world: { type: P, optional: true },
  ompi_mpi_byte: { type: P, optional: true },
  ompi_mpi_int: { type: P, optional: true },
  ompi_mpi_float: { type: P, optional: true },
  ompi_mpi_double: { type: P, optional: true },
  ompi_mpi_op_sum: { type: P, optional: true },
  ompi_mpi_op_max: { type: P, optional: true },
} as const;

/** The functions of a library. */
export type MpiFunctions = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

/** What stands for MPI's constants in a library. */
export interface MpiHandles {
  readonly world: Deno.PointerValue;
  readonly byte: Deno.PointerValue;
  readonly int32: Deno.PointerValue;
  readonly float32: Deno.PointerValue;
  readonly float64: Deno.PointerValue;
  readonly sum: Deno.PointerValue;
  readonly max: Deno.PointerValue;
  readonly inPlace: Deno.PointerValue;
  /** MPI_THREAD_SERIALIZED and MPI_THREAD_MULTIPLE. */
  readonly threads: { readonly serialized: number; readonly multiple: number };
}

/** A library that has been opened, but not initialised. */
export interface MpiLibrary {
  /** Its file, as it was found. */
  readonly path: string;
  readonly kind: "Open MPI" | "MPICH" | "MPI 5 ABI";
  /** Its name and version, such as "Open MPI v4.1.4". */
  readonly version: string;
  readonly functions: MpiFunctions;
  readonly handles: MpiHandles;
}

/** Names the library to use. */
export const VARIABLE = "WGRAD_MPI";

/** How it is installed. */
export const INSTALL = {
  linux: "`apt-get install libopenmpi3 openmpi-bin` (Debian, Ubuntu), or load your cluster's module of MPI",
  darwin: "`brew install open-mpi`",
}[Deno.build.os as string] ?? "MPI is supported on Linux and macOS";

/** File names, of which the loader looks in its usual folders and in LD_LIBRARY_PATH. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  linux: ["libmpi.so.40", "libmpi_abi.so.1", "libmpi.so.12", "libmpi_abi.so.0", "libmpi.so"],
  darwin: ["libmpi.dylib", "/opt/homebrew/lib/libmpi.dylib", "/usr/local/lib/libmpi.dylib"],
};

/**
 * Opens the library that `named` names, or that the launcher is likely to belong to, or one in the usual places;
 * undefined if there is none.
 * @throws ConfigError if the named one does not load, or is no MPI
 */
export function openMpiLibrary(
  env: (name: string) => string | undefined,
  named = env(VARIABLE),
): MpiLibrary | undefined {
  if (named) return load(named);
  for (const path of usualPaths(env)) {
    try {
      return load(path);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
    }
  }
  return undefined;
}

/** MPICH's launcher goes with MPICH's library; so the one of another MPI comes last. */
function usualPaths(env: (name: string) => string | undefined): readonly string[] {
  const names = NAMES[Deno.build.os] ?? [];
  return env("PMI_SIZE") === undefined ? names : [...names.slice(1), ...names.slice(0, 1)];
}

function load(path: string): MpiLibrary {
  let functions: MpiFunctions;
  try {
    functions = Deno.dlopen(path, SYMBOLS).symbols;
  } catch (cause) {
    throw new ConfigError(
      `Cannot use ${VARIABLE}=${path} as MPI's library: ${firstLineOf(cause)}; name libmpi or libmpi_abi`,
      { cause },
    );
  }
  const kind = kindOf(path, functions);
  return { path, kind, version: versionOf(functions), functions, handles: handlesOf(kind, functions) };
}

/** By the file's name, then by what only one kind exports; MPICH 5 knows the ABI's functions in both libraries. */
function kindOf(path: string, functions: MpiFunctions): MpiLibrary["kind"] {
  if (path.slice(path.lastIndexOf("/") + 1).includes("mpi_abi")) return "MPI 5 ABI";
  if (functions.ompi_mpi_comm_world !== null) return "Open MPI";
  if (functions.MPIR_Dup_fn !== null) return "MPICH";
  if (functions.MPI_Abi_get_version !== null) return "MPI 5 ABI";
  throw new ConfigError(`Cannot use ${path}: it is neither Open MPI nor MPICH, and lacks the ABI of MPI 5`);
}

/** The first line of what the library says, up to a comma: the rest is about how it was built. */
function versionOf({ MPI_Get_library_version: get }: MpiFunctions): string {
  const text = new Uint8Array(8192), length = new Int32Array(16);
  if (get(text, length) !== 0) return "unknown version";
  const line = new TextDecoder().decode(text.subarray(0, Math.max(length[0], 0))).split(/[\n,\0]/)[0];
  return line.replace(/\s+/g, " ").replace(/ Version: /i, " ").trim();
}

function handlesOf(kind: MpiLibrary["kind"], functions: MpiFunctions): MpiHandles {
  if (kind === "Open MPI") {
    return {
      world: functions.ompi_mpi_comm_world,
      byte: functions.ompi_mpi_byte,
      int32: functions.ompi_mpi_int,
      float32: functions.ompi_mpi_float,
      float64: functions.ompi_mpi_double,
      sum: functions.ompi_mpi_op_sum,
      max: functions.ompi_mpi_op_max,
      inPlace: pointer(1n),
      threads: { serialized: 2, multiple: 3 },
    };
  }
  const [values, inPlace, threads] = kind === "MPICH" ? MPICH : ABI;
  const [world, byte, int32, float32, float64, sum, max] = values.map((value) => pointer(BigInt(value)));
  return { world, byte, int32, float32, float64, sum, max, inPlace: pointer(inPlace), threads };
}

type Numbers = readonly [readonly number[], bigint, MpiHandles["threads"]];

/** MPICH's mpi.h, whose handles are 32-bit numbers: in a register a pointer's lower half is one. */
const MPICH: Numbers = [
  [0x44000000, 0x4c00010d, 0x4c000405, 0x4c00040a, 0x4c00080b, 0x58000003, 0x58000001],
  0xffff_ffff_ffff_ffffn,
  { serialized: 2, multiple: 3 },
];

/** The mpi.h of MPI 5, chapter 20. */
const ABI: Numbers = [
  [0x101, 0x247, 0x209, 0x210, 0x214, 0x21, 0x23],
  1n,
  { serialized: 2048, multiple: 4096 },
];

function pointer(value: bigint): Deno.PointerValue {
  return Deno.UnsafePointer.create(value);
}
