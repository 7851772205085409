/** `clean`: removes what can be made again and what killed processes left, and shows it first. */
import { ConfigError } from "../base/errors.ts";
import { lockedBy } from "../base/lock.ts";
import { textTable } from "../base/text_table.ts";
import { mib } from "../base/byte_size.ts";
import { parseArguments } from "../launch/usage.ts";
import { freedBytes } from "../setup/disk_use.ts";
import type { Host } from "../setup/host.ts";
import { type Finding, findRemovable } from "./clean/find.ts";
import { usages } from "./usages.ts";

/** Shows what can go and, with --yes, removes it. */
export async function clean(host: Host, args: readonly string[]): Promise<void> {
  const { others, flags } = parseArguments(args, usages.clean);
  const folders = others.map((folder) => folder.replace(/(?<=.)\/+$/, ""));
  for (const folder of folders) {
    if (await host.folderStore(folder).exists("")) continue;
    throw new ConfigError(`Cannot clean ${folder}: there is no such folder`);
  }
  const only = flags.get("only");
  const findings = (await findRemovable(host, folders)).filter(({ kind }) => !only || kind === only);
  const removable = findings.filter(({ stays }) => stays === undefined);
  for (const { path, what, stays } of findings) {
    if (stays !== undefined) host.print(`stays   ${path} (${what}): ${stays}`);
  }
  if (removable.length === 0) return host.print("clean   nothing to remove");
  table(removable).forEach((line) => host.print(line));
  if (!flags.has("yes")) {
    return host.print("\nNothing has been removed: add --yes to remove what is listed");
  }
  let removed = 0;
  for (const finding of removable) if (await remove(host, finding)) removed++;
  host.print(`\nRemoved ${removed} of ${removable.length}`);
}

function table(findings: readonly Finding[]): string[] {
  const rows = findings.map(({ path, files, what }) => [path, mib(freedBytes(files)), what]);
  const all = mib(freedBytes(findings.flatMap(({ files }) => files)));
  return textTable([["path", "frees", ""], ...rows, ["all", all, ""]], [0, 2]);
}

/** Removes one thing; false if another process has taken it meanwhile. */
async function remove(host: Host, { path }: Finding): Promise<boolean> {
  const lock = await host.tryLock(lockedBy(path)?.path ?? path, "removes it");
  if (!lock.isOurs) {
    host.print(`stays   ${path}: ${lock.by}`);
    return false;
  }
  try {
    await host.folderStore(path).remove("");
    return true;
  } finally {
    await lock.release();
  }
}
