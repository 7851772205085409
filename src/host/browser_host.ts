/**
 * The host of the engine in a browser's worker: a run there is the command line's own, with the page's dataset, files in
 * memory, and a terminal that the page shows.
 */
import { DataError, FileError } from "../base/errors.ts";
import type { Lock } from "../base/lock.ts";
import { progressOn } from "../base/progress.ts";
import { ONE } from "../base/ranks.ts";
import type { ConfigFiles } from "../config/mod.ts";
import type { FileTree } from "../data/types.ts";
import type { Host, Terminal } from "../setup/host.ts";
import { TerminalScreen } from "../setup/terminal_screen.ts";
import { openGpu } from "./browser.ts";
import { decodeImage, encodeJpeg } from "./browser_images.ts";
import { openOnnx } from "./browser_onnx.ts";
import type { Disk } from "./memory_disk.ts";

/** What a page provides. */
export interface BrowserHostOptions {
  readonly configFiles: ConfigFiles;
  /** The dataset, under the path that configurations call it by. */
  readonly dataset: { readonly path: string; readonly tree: FileTree };
  readonly disk: Disk;
  readonly terminal: Terminal;
  /** Aborted when the user stops the run. */
  readonly signal: AbortSignal;
}

/** Creates the host of one run. */
export function browserHost(options: BrowserHostOptions): Host {
  const { configFiles, dataset, disk, terminal, signal } = options;
  const screen = new TerminalScreen(terminal, "info");
  const print = (line: string) => screen.print(line);
  const live = screen.live.bind(screen);
  return {
    program: "deno task",
    runtime: navigator.userAgent,
    configFiles,
    configWorld: {
      cwd: "/",
      now: new Date(),
      env: () => undefined,
      openConfigFolder: () => absent("a folder of configuration files"),
    },
    pictures: {
      decode: decodeImage,
      decoderVersion: () => Promise.resolve(navigator.userAgent),
      jpegDecoder: () => ({ name: "the browser" }),
      startThread: () => absent("threads for decoding; use data.num_workers=0"),
      processors: navigator.hardwareConcurrency,
      freeMemory: () => MEMORY,
      freeDisk: () => Promise.resolve(0),
      openGrowingFile: noDisk,
      openPrivateFile: noDisk,
    },
    encodeJpeg,
    plotting: () => absent("fonts for plots"),
    signal,
    openGpu,
    openRanks: () => Promise.resolve(ONE),
    findMpi: () => absent("MPI"),
    hostname: () => "page",
    usableGpuFiles: () => [],
    requireOnnx: () => {},
    openOnnx: async (path) => await openOnnx(path, await disk.readFile(path)),
    ...disk,
    openTree: (path) => path === dataset.path ? Promise.resolve(dataset.tree) : disk.openTree(path),
    download: (url) => Promise.reject(new DataError(`Cannot fetch ${url}: the page asks no other server`)),
    readInput: () => absent("standard input"),
    tryLock: () => Promise.resolve(held),
    lockHolder: () => Promise.resolve(undefined),
    isAbandoned: () => Promise.resolve(false),
    cacheFolder: (name) => `.cache/${name}`,
    gitCommit: () => Promise.resolve(undefined),
    machine: () => absent("a look at the machine"),
    bundle: () => absent("bundles"),
    readWebRuntime: () => absent("WebAssembly to hand on"),
    serve: () => absent("servers"),
    now: () => new Date(),
    terminal,
    print,
    remark: print,
    live,
    progress: progressOn({ isTerminal: terminal.isTerminal, live, print }),
  };
}

/** What decoded images may take of a tab's memory, of which browsers do not say how much is free. */
const MEMORY = 2 ** 30;

/** The files in memory belong to this worker alone. */
const held: Lock = {
  isOurs: true,
  release: () => Promise.resolve(),
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

function absent(what: string): never {
  throw new DataError(`Cannot go on: a page has no ${what}`);
}

function noDisk(path: string): Promise<never> {
  return Promise.reject(
    new FileError(`Cannot write ${path}: a page has no disk; use data.cache=ram or none`),
  );
}
