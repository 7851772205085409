/** What the tasks need of the world; src/host has one for each runtime, tests have their own. */
import type { ByteSource } from "../base/byte_source.ts";
import type { ConfigFiles, ConfigWorld } from "../config/mod.ts";
import type { ProviderName } from "../core/providers/mod.ts";
import type { DecodeThread } from "../data/decode/decode_pool.ts";
import type { GrowingFile } from "../data/decode/picture_log.ts";
import type { Decode, EncodeJpeg, FileTree, FolderStore } from "../data/types.ts";
import type { Plotting } from "../plots/raster.ts";
import type { Machine } from "./machine.ts";

/** Images for an ONNX model: [N, 3, H, W] f32, or [N, H, W, 3] u8. */
export type OnnxInput =
  | { readonly type: "f32"; readonly shape: readonly number[]; readonly values: Float32Array }
  | { readonly type: "u8"; readonly shape: readonly number[]; readonly values: Uint8Array };

/** An ONNX model in ONNX Runtime. */
export interface OnnxSession {
  /** The logits [N, classes]. @throws DataError if the model does not take the images */
  run(input: OnnxInput): Promise<Float32Array>;
  close(): Promise<void>;
}

/** How important a line is. */
export type Level = "debug" | "info" | "warning" | "error";

/** Where lines are printed. */
export interface Terminal {
  /** False for a pipe or a file, and for a terminal that cannot write a line anew. */
  readonly isTerminal: boolean;
  /** Colours are wanted: a terminal, and no NO_COLOR. */
  readonly color: boolean;
  /** Characters of a line, which a user may change; Infinity where it is no terminal. */
  columns(): number;
  /** Writes text as it is, without the end of a line. */
  write(text: string): void;
}

/** What decoding and caching pictures need. */
export interface PictureHost {
  readonly decode: Decode;
  /** Names the decoder and its version, in one line. */
  decoderVersion(): Promise<string>;
  /** Starts a worker that answers by `serveJobs`. */
  startThread(): DecodeThread;
  /** How many threads work at the same time. */
  readonly processors: number;
  /** Bytes that the process may still take. */
  freeMemory(): number;
  /** A file that grows, for whoever opens it first to write. @throws DataError */
  openGrowingFile(path: string): Promise<GrowingFile>;
  /** A file in the same folder that is gone when the process ends. @throws DataError */
  openPrivateFile(path: string): Promise<GrowingFile>;
}

/** Files, pictures, the GPU and the terminal of a runtime. */
export interface Host {
  /** Name and version of the runtime, such as "Deno 2.9.6". */
  readonly runtime: string;
  /** The project's configuration files. */
  readonly configFiles: ConfigFiles;
  /** What configurations need besides: the environment, the time, other folders. */
  readonly configWorld: ConfigWorld;
  readonly pictures: PictureHost;
  readonly encodeJpeg: EncodeJpeg;
  /** What plots are laid out and drawn with; loaded when it is first asked for. */
  plotting(): Promise<Plotting>;
  /** Aborted when the user or the system asks the process to stop. */
  readonly signal: AbortSignal;
  /** The GPU object of a provider, of the default one unless it is named. @throws GpuError with the cure */
  openGpu(provider?: ProviderName): Promise<GPU>;
  /** A model of an ONNX file. @throws DataError if ONNX Runtime is not there, or refuses it */
  openOnnx(path: string): Promise<OnnxSession>;
  /** A folder or .zip to read from. @throws DataError that ends with `cure` if there is none */
  openTree(path: string, cure?: string): Promise<FileTree>;
  /** A folder to write into; it need not exist yet. */
  folderStore(path: string): FolderStore;
  /** Random access to a file. @throws DataError if there is no such file */
  openFile(path: string): Promise<ByteSource>;
  /** What lies at a public URL. @throws DataError that says why it cannot be fetched */
  download(url: string): Promise<Uint8Array>;
  /** @throws DataError if there is no such file */
  readFile(path: string): Promise<Uint8Array>;
  /** Writes a file so that a kill at any moment leaves the old content or the new one. */
  writeAtomic(path: string, bytes: Uint8Array): Promise<void>;
  /** The same for a file that is made part by part; the parts are not held together. */
  writeParts(path: string, parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void>;
  /** Makes `to` the same file as `from`, replacing what is there in one go. */
  linkAtomic(from: string, to: string): Promise<void>;
  /** Adds to the end of a file; its folder is made if it is missing. */
  appendText(path: string, text: string): Promise<void>;
  appendBytes(path: string, bytes: Uint8Array): Promise<void>;
  /** A folder for what can be made again. */
  cacheFolder(name: string): string;
  /** The commit of the working tree, or undefined outside a checkout. */
  gitCommit(): Promise<string | undefined>;
  /** What the doctor needs to know of the machine. */
  machine(): Promise<Machine>;
  now(): Date;
  readonly terminal: Terminal;
  /** Prints a line; a run leaves out what its `log_level` does not ask for. */
  print(line: string, level?: Level): void;
  /** In a run and on a terminal, shows a live line below all others; undefined takes it away. */
  status(make?: (columns: number) => string): void;
}
