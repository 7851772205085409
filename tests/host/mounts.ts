/** Small disks for tests, which root alone can mount. */

/** Runs `mount` with these arguments. */
export async function mount(...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("mount", { args }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

/** Unmounts what is at `folder`, once nobody uses it. */
export async function unmount(folder: string): Promise<void> {
  await new Deno.Command("umount", { args: ["--lazy", folder] }).output();
}

/** True if this process may mount a disk; else a note on the console says that tests are ignored for it. */
export const MOUNTS: boolean = await canMount();

async function canMount(): Promise<boolean> {
  const folder = await Deno.makeTempDir({ prefix: "wgrad_mount_" });
  try {
    await mount("-t", "tmpfs", "-o", "size=4k", "tmpfs", folder);
    await new Deno.Command("umount", { args: [folder] }).output();
    return true;
  } catch {
    console.log("tests/host: tests of small disks are ignored because none can be mounted");
    return false;
  } finally {
    await Deno.remove(folder);
  }
}
