/**
 * What tasks need from their environment. src/host has an implementation for each runtime; tests have their
 * own.
 */
import type { ByteSource } from "../base/byte_source.ts";
import type { TryLock } from "../base/lock.ts";
import type { LiveLine, StartProgress } from "../base/progress.ts";
import type { Ranks } from "../base/ranks.ts";
import type { ConfigFiles, ConfigWorld } from "../config/mod.ts";
import type { ProviderName } from "../core/providers/mod.ts";
import type { DecodeThread } from "../data/decode/decode_pool.ts";
import type { GrowingFile } from "../data/decode/picture_log.ts";
import type { Decode, EncodeJpeg, FileTree, FolderStore } from "../data/types.ts";
import type { PlottingFor } from "../plots/raster.ts";
import type { Machine } from "./machine.ts";
import type { MpiState } from "./mpi_launch.ts";

/** A batch of images for an ONNX model; f16 as the bit patterns of its values. */
export type OnnxInput =
  | { readonly type: "f32"; readonly shape: readonly number[]; readonly values: Float32Array }
  | { readonly type: "f16"; readonly shape: readonly number[]; readonly values: Uint16Array }
  | { readonly type: "u8"; readonly shape: readonly number[]; readonly values: Uint8Array };

/** An ONNX model in ONNX Runtime. */
export interface OnnxSession {
  /** The first output, [N, classes]. @throws DataError if the model does not take the images */
  run(input: OnnxInput): Promise<Float32Array>;
  close(): Promise<void>;
}

/** A file as it is on the disk. */
export interface DiskFile {
  readonly path: string;
  readonly bytes: number;
  /** The same for all names of one file. */
  readonly id: string;
  /** How many names (hard links) the file has. */
  readonly names: number;
  /** When it was written last, in milliseconds since 1970. */
  readonly modified: number;
}

/** How important a line is. */
export type Level = "debug" | "info" | "warning" | "error";

/**
 * Where lines are printed to. Whatever it shows is made printable: names of files and classes cannot move the cursor or
 * change colours.
 */
export interface Terminal {
  /** False for a pipe, a file, or a terminal that cannot overwrite a line. */
  readonly isTerminal: boolean;
  /** Characters per line, which can change as the user resizes the terminal; Infinity without one. */
  columns(): number;
  /** Writes a line, or lines with line feeds between them, in a colour of ANSI's codes, where colours are wanted. */
  print(text: string, color?: number): void;
  /** Writes text over the current line, from its start, without a line break. */
  overwrite(text: string): void;
}

/** What is needed to decode and cache images. */
export interface PictureHost {
  readonly decode: Decode;
  /** The decoder's name and version, in one line. */
  decoderVersion(): Promise<string>;
  /** What decodes JPEGs, in a few words, and what would do so faster, if there is such a thing. */
  jpegDecoder(): { readonly name: string; readonly faster?: string };
  /** Starts a worker that handles jobs with `serveJobs`. */
  startThread(): DecodeThread;
  /** Number of threads that can run at the same time. */
  readonly processors: number;
  /** Bytes of memory still available to the process. */
  freeMemory(): number;
  /** Bytes that are free on the disk of a folder, which need not exist. */
  freeDisk(folder: string): Promise<number>;
  /** Opens a file that grows; the first to open it may write to it. @throws FileError */
  openGrowingFile(path: string): Promise<GrowingFile>;
  /** Opens a file in the same folder that is deleted when the process ends. @throws FileError */
  openPrivateFile(path: string): Promise<GrowingFile>;
}

/** The files, images, GPU and terminal of a runtime. */
export interface Host {
  /** How tasks are called: `deno task` in the source tree, `wgrad` in the portable folder. */
  readonly program: "deno task" | "wgrad";
  /** Name and version of the runtime, such as "Deno 2.9.6". */
  readonly runtime: string;
  /** The project's configuration files. */
  readonly configFiles: ConfigFiles;
  /** What else configurations need: the environment, the time, other folders. */
  readonly configWorld: ConfigWorld;
  readonly pictures: PictureHost;
  readonly encodeJpeg: EncodeJpeg;
  /** What plots that show these texts are laid out and drawn with; loaded on first use. */
  plotting: PlottingFor;
  /** Aborted when the user or the system asks the process to stop. */
  readonly signal: AbortSignal;
  /** The GPU object of a provider, by default the default one. @throws GpuError that says how to fix it */
  openGpu(provider?: ProviderName): Promise<GPU>;
  /**
   * The ranks of the launch that this process belongs to, one where it is by itself.
   * @throws ConfigError if MPI cannot be opened
   */
  openRanks(): Promise<Ranks>;
  /** What there is of MPI; loads its library, but does not start it. */
  findMpi(): Promise<MpiState>;
  /** The name of the machine or container. */
  hostname(): string;
  /** The device files of GPUs that this process may use; empty where the system has none. */
  usableGpuFiles(): readonly string[];
  /** @throws DataError if ONNX Runtime is not installed */
  requireOnnx(): void;
  /** Opens the model in an ONNX file. @throws DataError if ONNX Runtime is missing or rejects the file */
  openOnnx(path: string): Promise<OnnxSession>;
  /** Opens a folder or an archive for reading. @throws DataError that ends with `cure` if there is none */
  openTree(path: string, cure?: string): Promise<FileTree>;
  /** A folder for writing; it need not exist yet. What is there and cannot be read is a DataError. */
  folderStore(path: string): FolderStore;
  /** Opens a file for random access. @throws DataError if there is no such file */
  openFile(path: string): Promise<ByteSource>;
  /** Downloads a public URL. @throws DataError that says why it cannot be fetched */
  download(url: string): Promise<Uint8Array>;
  /** @throws MissingError if there is no such file, DataError if it cannot be read */
  readFile(path: string): Promise<Uint8Array>;
  /** All bytes of standard input. */
  readInput(): Promise<Uint8Array>;
  /** Writes a file so that a kill at any moment leaves either the old or the new content. */
  writeAtomic(path: string, bytes: Uint8Array): Promise<void>;
  /** Does the same for a file produced in parts, which are not all held in memory. */
  writeParts(path: string, parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void>;
  /** Gives `to` the content of `from`, replacing any existing file atomically, where possible in the same space. */
  linkAtomic(from: string, to: string): Promise<void>;
  /** Appends to a file, and creates its folder if necessary. */
  appendText(path: string, text: string): Promise<void>;
  appendBytes(path: string, bytes: Uint8Array): Promise<void>;
  /** Locks what several processes may change; `waitForLock` waits for it. */
  readonly tryLock: TryLock;
  /** Who holds the lock of `path`, or undefined if nobody does. */
  lockHolder(path: string): Promise<string | undefined>;
  /** All files at or below a path, which need not exist; symbolic links are not followed. */
  filesBelow(path: string): Promise<DiskFile[]>;
  /** True for a lock or a temporary file or folder whose process has ended. */
  isAbandoned(path: string): Promise<boolean>;
  /** A folder for files that can be regenerated. */
  cacheFolder(name: string): string;
  /** The commit of the working tree, or undefined outside a checkout. */
  gitCommit(): Promise<string | undefined>;
  /** What the doctor needs to know about the machine. */
  machine(): Promise<Machine>;
  /**
   * Bundles a module of the project for a browser, with all that it imports: texts by name, where `isSplit` with files
   * for what is imported on demand. @throws ConfigError
   */
  bundle(entry: string, isSplit: boolean): Promise<Map<string, string>>;
  /** ONNX Runtime's WebAssembly for browsers. */
  readWebRuntime(): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Serves on this machine, where it is public to others, too, until the process is asked to stop; 0 is any free port.
   * @throws ConfigError
   */
  serve(
    place: { readonly port: number; readonly isPublic: boolean },
    answer: (request: Request) => Promise<Response>,
    listening: (address: string) => void,
  ): Promise<void>;
  now(): Date;
  readonly terminal: Terminal;
  /** Prints a line; a run omits those below its `log_level`. */
  print(line: string, level?: Level): void;
  /** Prints a line beside the results, to standard error. */
  remark(line: string): void;
  /** On a terminal, shows a live line below all others; of several the latest is seen. */
  live(make: (columns: number) => string): LiveLine;
  /** Shows how far something is that takes long: a run in its output, any other task beside its results. */
  readonly progress: StartProgress;
}
