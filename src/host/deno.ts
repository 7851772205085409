/** The host of the command line: Deno's files, sharp's decoder, the GPU of a provider, the terminal. */
import { DataError, exitCode } from "../base/errors.ts";
import { concatBytes } from "../base/bytes.ts";
import { type Progress, progressOn, type StartProgress } from "../base/progress.ts";
import type { Host } from "../setup/host.ts";
import { TerminalScreen } from "../setup/terminal_screen.ts";
import { filesBelow, isAbandoned } from "./deno_disk.ts";
import { denoConfigFiles, openConfigFolder } from "./deno_config.ts";
import { appendBytes, appendText, folderStore, linkAtomic, openTree } from "./deno_files.ts";
import { openFile, readFile } from "./deno_file_source.ts";
import { openGpu } from "./deno_gpu.ts";
import { usableGpuFiles } from "./deno_gpu_files.ts";
import { encodeJpeg } from "./deno_images.ts";
import { denoMachine } from "./deno_machine.ts";
import { openOnnx, readWebRuntime, requireOnnx } from "./deno_onnx.ts";
import { bundle, serve } from "./deno_page.ts";
import { denoPictures } from "./deno_pictures.ts";
import { madeFrom, program } from "./deno_places.ts";
import { loadPlotting } from "./deno_plots.ts";
import { lockHolder, tryLock } from "./deno_lock.ts";
import { awaitTurn, findMpi, leaveRanks, openRanks, rankPrefix } from "./deno_ranks.ts";
import { stopSignal } from "./deno_signals.ts";
import { denoTerminal, printError } from "./deno_terminal.ts";
import { writeAtomic, writeParts } from "./deno_writing.ts";

/**
 * Runs the command line with this process's arguments and exits with its exit code. An error prints one message to
 * stderr, with a stack trace only where it is a bug, and ends all ranks of its launch.
 */
export async function runProcess(
  main: (args: readonly string[], host: Host) => Promise<number>,
): Promise<never> {
  let isError = false;
  const code = await main(Deno.args, denoHost()).catch(async (error) => {
    await awaitTurn();
    isError = true;
    const code = exitCode(error), text = code === 1 ? Deno.inspect(error) : `${error.name}: ${error.message}`;
    printError(rankPrefix() + text);
    return code;
  });
  await leaveRanks(code, isError);
  Deno.exit(code);
}

/**
 * Creates the host. From then on signals ask the run to stop, and a second one ends the process at once.
 */
export function denoHost(): Host {
  const terminal = denoTerminal(), signal = stopSignal();
  const screen = new TerminalScreen(terminal, "info");
  const remark = (line: string) => screen.above(() => printError(line));
  const live = screen.live.bind(screen);
  const progress = progressOn({ isTerminal: terminal.isTerminal, live, print: remark });
  const cacheFolder = (name: string) => `.cache/${name}`;
  const unpacking = { folder: cacheFolder("archives"), print: remark, progress, signal };
  return {
    program,
    runtime: `Deno ${Deno.version.deno}`,
    configFiles: denoConfigFiles(),
    configWorld: { cwd: Deno.cwd(), now: new Date(), env: (name) => Deno.env.get(name), openConfigFolder },
    pictures: denoPictures(),
    encodeJpeg,
    plotting: loadPlotting,
    signal,
    openGpu,
    openRanks,
    findMpi,
    hostname: Deno.hostname,
    usableGpuFiles,
    openOnnx,
    requireOnnx,
    openTree: (path, cure) => openTree(path, cure, unpacking),
    folderStore,
    openFile,
    download: (url) => download(url, progress),
    readFile,
    readInput: () => new Response(Deno.stdin.readable).bytes(),
    writeAtomic,
    linkAtomic,
    writeParts,
    appendText,
    appendBytes,
    tryLock,
    lockHolder,
    filesBelow,
    isAbandoned,
    cacheFolder,
    gitCommit,
    machine: () => Promise.resolve(denoMachine()),
    bundle,
    readWebRuntime,
    serve: (place, answer, listening) => serve(place, answer, listening, signal),
    now: () => new Date(),
    terminal,
    print: (line) => screen.print(line),
    remark,
    live,
    progress,
  };
}

async function download(url: string, progress: StartProgress): Promise<Uint8Array> {
  try {
    const response = await fetch(url);
    if (!response.ok) {
      throw new TypeError(`the server responded with ${response.status} ${response.statusText}`);
    }
    return await bytesOf(response, progress(`fetching ${url}`, undefined, "bytes"));
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof Deno.errors.NotCapable)) throw error;
    throw new DataError(`Cannot fetch ${url}: ${error.message}`, { cause: error });
  }
}

/** The body of a response, as it comes. */
async function bytesOf(response: Response, progress: Progress): Promise<Uint8Array> {
  using shown = progress;
  const total = Number(response.headers.get("content-length")) || undefined;
  const parts: Uint8Array[] = [];
  let done = 0;
  for await (const part of response.body ?? []) {
    parts.push(part);
    shown.at(done += part.length, total);
  }
  return concatBytes(parts);
}

async function gitCommit(): Promise<string | undefined> {
  const made = madeFrom();
  if (made !== undefined) return made;
  try {
    const git = new Deno.Command("git", { args: ["rev-parse", "HEAD"], stderr: "null" });
    const { success, stdout } = await git.output();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotCapable) return undefined;
    throw error;
  }
}
