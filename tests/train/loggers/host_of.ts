/** A host over files in memory, whose environment names a Weights & Biases server: as much of one as `sync` needs. */
import { memoryTryLock } from "../../launch/memory_host.ts";
import { MissingError } from "../../../src/base/errors.ts";
import type { Host } from "../../../src/setup/host.ts";
import type { MemoryFiles } from "./memory_files.ts";
import type { WandbServer } from "./wandb_server.ts";

export function hostOf(
  files: MemoryFiles,
  server: WandbServer,
  printed: string[],
  tryLock = memoryTryLock(),
): Host {
  const all = files.below("");
  const env: Record<string, string> = { WANDB_API_KEY: "secret", WANDB_BASE_URL: server.url };
  const read = (path: string) => {
    const bytes = files.all.get(path);
    return bytes ? Promise.resolve(bytes) : Promise.reject(new MissingError(`Cannot read ${path}`));
  };
  const host: Partial<Host> = {
    tryLock,
    configWorld: { env: (name: string) => env[name] } as Host["configWorld"],
    readFile: read,
    openFile: (path) => files.open(path),
    writeAtomic: (path, bytes) => Promise.resolve(void files.all.set(path, bytes)),
    appendText: (path, text) => all.append(path, text),
    print: (line) => void printed.push(line),
  };
  return host as Host;
}
