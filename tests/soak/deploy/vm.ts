/** A VM of Google Compute Engine: its disk, its metadata, and the startup script that every start of it runs. */

/** `gcloud storage rsync`: between the bucket and a folder. */
export async function storage(state: string, from: string, to: string): Promise<number> {
  const [source, target] = [from, to].map((path) => path.replace(/^gs:\/\/[^/]+/, `${state}/bucket`));
  await Deno.mkdir(target, { recursive: true });
  const { code } = await new Deno.Command("cp", { args: ["--archive", `${source}/.`, target] }).output();
  return code;
}

/** `gcloud compute instances create|start`: runs the startup script to its end, by `attempt`. */
export async function startVm(
  state: string,
  words: readonly string[],
  attempt: (start: () => Deno.Command) => Promise<number>,
): Promise<number> {
  const value = (key: string) => words[words.indexOf(key) + 1];
  if (words.includes("--metadata")) {
    await Deno.mkdir(`${state}/vm/disk`, { recursive: true });
    for (const entry of value("--metadata").split(",")) {
      const [key, word] = entry.split(/=(.*)/s);
      await Deno.writeTextFile(`${state}/vm/${key}`, word);
    }
    await Deno.copyFile(value("--metadata-from-file").split("=")[1], `${state}/vm/startup.sh`);
  }
  const start = () =>
    new Deno.Command("unshare", {
      args: [
        ...["--mount", "--propagation", "private", "sh", "-euc"],
        `mount --bind ${state}/vm/disk /mnt && exec bash ${state}/vm/startup.sh`,
      ],
      env: { IN_VM: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
  return await attempt(start);
}
