/** The page under Deno: its bundles, and its server on this machine. */
import { ConfigError, messageOf } from "../base/errors.ts";
import { madeBundle, sourceModule } from "./deno_places.ts";

/**
 * Bundles a module of this project, and all that it imports, for a browser. Split: what is imported on demand is in
 * modules of its own; else there is one classic script. Returns texts by name; the entry's is its own with the ending .js.
 * @throws ConfigError if it cannot be bundled
 */
export async function bundle(entry: string, isSplit: boolean): Promise<Map<string, string>> {
  const made = await madeBundle(entry, isSplit);
  if (made !== undefined) return made;
  const { success, errors, outputFiles = [] } = await Deno.bundle({
    entrypoints: [sourceModule(entry)],
    outputDir: "/bundle",
    platform: "browser",
    codeSplitting: isSplit,
    format: isSplit ? "esm" : "iife",
    minify: true,
    write: false,
  });
  if (success) return new Map(outputFiles.map((file) => [file.path.split("/").at(-1)!, file.text()]));
  throw new ConfigError(`Cannot bundle ${entry}: ${errors.map(({ text }) => text).join("; ")}`);
}

/**
 * Serves on 127.0.0.1, or where it is public at all addresses, until the signal is aborted; `listening` gets the address.
 * @throws ConfigError if the port is taken
 */
export async function serve(
  { port, isPublic }: { readonly port: number; readonly isPublic: boolean },
  answer: (request: Request) => Promise<Response>,
  listening: (address: string) => void,
  signal: AbortSignal,
): Promise<void> {
  try {
    const server = Deno.serve({
      hostname: isPublic ? "0.0.0.0" : "127.0.0.1",
      port,
      signal,
      onListen: ({ port }) => listening(`http://127.0.0.1:${port}/`),
    }, answer);
    await server.finished;
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    throw new ConfigError(
      `Cannot serve on port ${port}: it is taken (${messageOf(error)}); give another --port`,
    );
  }
}
