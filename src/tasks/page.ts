/** `page`: serves the page that checks a dataset on this machine, or writes it as a folder or as one file. */
import { ConfigError } from "../base/errors.ts";
import { join } from "../data/files/paths.ts";
import { parseArguments, usageLine } from "../launch/usage.ts";
import type { Host } from "../setup/host.ts";
import { requireFolderOf } from "../setup/output_file.ts";
import { pageFiles, singleFile } from "./page/files.ts";
import { offer } from "./page/offered.ts";
import { answers, DATA } from "./page/server.ts";
import { usages } from "./usages.ts";

/** Serves or writes the page. */
export async function page(host: Host, args: readonly string[]): Promise<void> {
  const { flags, others: [photos, ...more] } = parseArguments(args, usages.page);
  const usage = `Usage: ${usageLine(usages.page)}`;
  if (more.length > 0) throw new ConfigError(`Cannot open ${more[0]}: give one dataset. ${usage}`);
  const out = flags.get("out"), single = flags.get("single");
  if (flags.has("public") && photos !== undefined) {
    throw new ConfigError(
      `Cannot serve ${photos} to all machines: leave it out, or leave --public out. ${usage}`,
    );
  }
  if (out === undefined && single === undefined) {
    return await serve(host, photos, portOf(flags.get("port")), flags.has("public"));
  }
  if (photos !== undefined) {
    throw new ConfigError(`Cannot write ${photos} with the page: it is served only; leave it out. ${usage}`);
  }
  if (out !== undefined) await writeFolder(host, out.replace(/(?<=.)\/+$/, ""));
  if (single !== undefined) await writeSingle(host, single);
}

async function serve(host: Host, photos: string | undefined, port: number, isPublic: boolean): Promise<void> {
  const tree = photos === undefined ? undefined : await host.openTree(photos);
  const offered = tree && await offer(tree, host.openFile);
  const files = await pageFiles(host, { data: offered && DATA, isOffline: isPublic });
  await host.serve({ port, isPublic }, answers(files, offered, isPublic), (address) => {
    host.print(`page    ${address}${photos === undefined ? "" : ` with ${photos}`} (Ctrl-C ends it)`);
    if (isPublic) {
      host.print(
        "        other machines open it by this one's address; to train or predict they need https in front",
      );
      host.print("        of it, since browsers give WebGPU to no other page");
    }
  });
}

async function writeFolder(host: Host, folder: string): Promise<void> {
  const files = await pageFiles(host, { isOffline: true });
  for (const [name, { body }] of files) {
    const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
    await host.writeAtomic(join(folder, name), bytes);
  }
  host.print(`page    ${folder}/index.html, ${files.size} files for any server of static files`);
}

async function writeSingle(host: Host, path: string): Promise<void> {
  await requireFolderOf(host, "--single", path);
  const bytes = new TextEncoder().encode(await singleFile(host));
  await host.writeAtomic(path, bytes);
  host.print(`page    ${path} (${(bytes.length / 1024 ** 2).toFixed(1)} MiB)`);
}

/** 0 is any free port. */
function portOf(text: string | undefined): number {
  const port = Number(text ?? 0);
  if (Number.isInteger(port) && port >= 0 && port < 65536) return port;
  throw new ConfigError(`Cannot serve on --port ${text}: need a number of 0 .. 65535; 0 is any free port`);
}
