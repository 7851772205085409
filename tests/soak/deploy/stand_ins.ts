/**
 * Stand-ins for what the pages of deploy/ call: `stand_ins.ts NAME ARGUMENT ...`, with what they know in the folder
 * STAND_INS. Each reads the same file or options as the real one, and starts what that says with the same environment,
 * user and folders. One attempt of each page is preempted: that of the number 1, or the only one.
 */
import { parse } from "yaml";
import { container, type Ended, watched } from "./image.ts";
import { startVm, storage } from "./vm.ts";

const state = Deno.env.get("STAND_INS")!;
const [name, ...args] = Deno.args;
/** What every container has: the image's own files, and a place for compiled kernels. */
const IMAGE = [
  { from: `${state}/opt`, to: "/opt", readOnly: true },
  { from: `${state}/kernels`, to: "/kernels" },
];
const DATA = { from: `${state}/data`, to: "/data", readOnly: true };

/** A folder that the image's user may write. */
function folder(path: string): string {
  Deno.mkdirSync(`${state}/${path}`, { recursive: true });
  Deno.chownSync(`${state}/${path}`, 1000, 1000);
  return `${state}/${path}`;
}

/** True once: for the attempt that is preempted. */
function isPreempted(number: number | undefined): boolean {
  if (number !== undefined && number !== 1) return false;
  try {
    Deno.writeTextFileSync(`${state}/preempted`, "", { createNew: true });
    return true;
  } catch {
    return false;
  }
}

/** Attempts until one succeeds, `most` in all; each of them goes to the log. */
async function attempts(
  what: string,
  most: number,
  number: number | undefined,
  start: () => Deno.Command,
  pid?: () => number,
): Promise<number> {
  let ended: Ended = { code: 1, text: "" };
  for (let i = 0; i < most && ended.code !== 0; i++) {
    ended = await watched(start(), isPreempted(number), pid);
    const log = `== ${what}, attempt ${i + 1}: code ${ended.code}\n${ended.text}\n`;
    Deno.writeTextFileSync(`${state}/log`, log, { append: true });
  }
  return ended.code;
}

/** The words of options, each with its values; what is in `plain` takes none. */
function options(words: readonly string[], plain: readonly string[]) {
  const values = new Map<string, string[]>();
  let i = 0;
  for (; words[i]?.startsWith("--"); i++) {
    const [key, value] = words[i].slice(2).split(/=(.*)/s);
    const takes = value === undefined && !plain.includes(key);
    values.set(key, [...values.get(key) ?? [], value ?? (takes ? words[++i] : "")]);
  }
  return { values, rest: words.slice(i) };
}

/** `docker run` in the foreground; `docker stop`, which the VM calls, waits for what it asks to end; nothing is built. */
async function docker([task, ...words]: readonly string[]): Promise<number> {
  if (task === "build") return 0;
  if (task === "stop") return await stopped(Number(await Deno.readTextFile(`${state}/vm/pid`)));
  const { values, rest: [, ...command] } = options(words, ["rm", "init", "read-only"]);
  const volumes = (values.get("volume") ?? []).map((volume) => {
    const [from, to, mode] = volume.split(":");
    return { from, to, readOnly: mode === "ro" };
  });
  const [user = "1000:1000"] = values.get("user") ?? [];
  const start = () =>
    container({
      command: ["/opt/entrypoint.sh", ...command],
      volumes: [...IMAGE, ...volumes],
      user: user.replace(/^0:0$/, "1000:1000"), // whoever runs this is root, and a reader is not
      readOnly: values.has("read-only"),
    });
  return Deno.env.has("IN_VM") ? await shown(start()) : await attempts("docker", 1, undefined, start);
}

/** A container of the VM, whose output is the VM's. */
async function shown(command: Deno.Command): Promise<number> {
  const child = command.spawn();
  await Deno.writeTextFile(`${state}/vm/pid`, String(child.pid));
  await Promise.all([
    child.stdout.pipeTo(Deno.stdout.writable, { preventClose: true }),
    child.stderr.pipeTo(Deno.stderr.writable, { preventClose: true }),
  ]);
  return (await child.status).code;
}

async function stopped(pid: number): Promise<number> {
  Deno.kill(pid, "SIGTERM");
  while (await Deno.stat(`/proc/${pid}`).then(() => true, () => false)) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return 0;
}

interface PodContainer {
  readonly command?: string[];
  readonly args: string[];
  readonly securityContext: { readonly readOnlyRootFilesystem: boolean };
  readonly volumeMounts: { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[];
}

/** `kubectl apply -f FILE`: a Job, whose pods fail or are evicted and are made again. */
async function kubectl([task, , file]: readonly string[]): Promise<number> {
  if (task === "logs") return console.log(await Deno.readTextFile(`${state}/log`)), 0;
  const { spec } = parse(await Deno.readTextFile(file));
  const { containers: [pod], volumes, securityContext: { runAsUser, runAsGroup } } = spec.template.spec;
  const { command = ["/opt/entrypoint.sh"], args, securityContext, volumeMounts }: PodContainer = pod;
  const at = (name: string, empty: string) => {
    const { persistentVolumeClaim: claim } = volumes.find((volume: { name: string }) => volume.name === name);
    if (claim?.claimName === "wgrad-data") return DATA.from;
    return folder(claim === undefined ? empty : `claims/${claim.claimName}`);
  };
  const codes = Array.from({ length: spec.completions ?? 1 }, (_, i) => {
    const number = spec.completionMode === "Indexed" ? i : undefined;
    const retries = spec.backoffLimitPerIndex ?? spec.backoffLimit;
    return attempts(`pod ${i}`, 1 + retries, number, () =>
      container({
        command: [...command, ...args],
        env: { ...imageEnv, ...number !== undefined && { JOB_COMPLETION_INDEX: String(i) } },
        volumes: [
          ...IMAGE,
          ...volumeMounts.map(({ name, mountPath, readOnly }) => ({
            from: at(name, `empty_${i}`),
            to: mountPath,
            ...readOnly && { readOnly },
          })),
        ],
        user: `${runAsUser}:${runAsGroup}`,
        readOnly: securityContext.readOnlyRootFilesystem,
      }));
  });
  return Math.max(...await Promise.all(codes));
}

/** What the image sets. */
const imageEnv = { PATH: "/opt/wgrad:/usr/local/bin:/usr/bin:/bin", HOME: "/tmp", DENO_DIR: "/tmp/deno" };

/** `gcloud batch jobs submit`: tasks with an index, each run again for the codes of its policy. */
async function batch(file: string): Promise<number> {
  const [{ taskCount, taskSpec }] = JSON.parse(await Deno.readTextFile(file)).taskGroups;
  const [{ container: { entrypoint, commands, volumes, options: given } }] = taskSpec.runnables;
  const [{ mountPath }] = taskSpec.volumes;
  const mounts = (volumes as string[]).map((volume) => {
    const [from, to, mode] = volume.split(":");
    return { from: from.replace(mountPath, `${state}/bucket`), to, readOnly: mode === "ro" };
  });
  folder("bucket/outputs");
  const codes = Array.from(
    { length: taskCount },
    (_, i) =>
      attempts(`task ${i}`, 1 + taskSpec.maxRetryCount, i, () =>
        container({
          command: [entrypoint, ...commands],
          env: { ...imageEnv, BATCH_TASK_INDEX: String(i) },
          volumes: [...IMAGE, ...mounts],
          user: / --user (\S+)/.exec(given)?.[1],
        })),
  );
  return Math.max(...await Promise.all(codes));
}

async function gcloud(words: readonly string[]): Promise<number> {
  const line = words.join(" ");
  if (line.startsWith("batch jobs submit")) return await batch(words[words.indexOf("--config") + 1]);
  if (line.startsWith("storage ls")) {
    for (const { name } of Deno.readDirSync(`${state}/bucket`)) console.log(`${words[2]}/${name}/`);
    return 0;
  }
  if (line.startsWith("storage rsync --recursive")) return await storage(state, words[3], words[4]);
  if (line.startsWith("compute instances")) {
    return await startVm(state, words.slice(3), (start) => attempts("vm", 1, undefined, start));
  }
  throw new TypeError(`Cannot stand in for gcloud ${line}`);
}

/** `sky jobs launch FILE`: its mounts, and its commands by bash; a spot machine that is taken away is replaced. */
async function sky(words: readonly string[]): Promise<number> {
  const { file_mounts, run } = parse(await Deno.readTextFile(words.at(-1)!));
  const volumes = Object.entries<{ mode: string }>(file_mounts).map(([to, { mode }]) => ({
    from: mode === "COPY" ? DATA.from : folder("bucket_of_sky"),
    to,
  }));
  const command = ["bash", "-c", run];
  return await attempts(
    "sky",
    3,
    undefined,
    () => container({ command, volumes: [...IMAGE, ...volumes], user: "0:0" }),
  );
}

/** `dstack apply --file FILE`. */
async function dstack(words: readonly string[]): Promise<number> {
  const { commands, volumes } = parse(await Deno.readTextFile(words[words.indexOf("--file") + 1]));
  const mounts = (volumes as { name: string; path: string }[]).map(({ name, path }) => ({
    from: name === "wgrad-data" ? DATA.from : folder("volume_of_dstack"),
    to: path,
  }));
  const command = ["sh", "-c", commands.join(" && ")];
  return await attempts(
    "dstack",
    3,
    undefined,
    () => container({ command, volumes: [...IMAGE, ...mounts], user: "0:0" }),
  );
}

/** `sbatch FILE`: the array's tasks, one after the other; one that is preempted is requeued. */
async function sbatch(words: readonly string[]): Promise<number> {
  const file = words.at(-1)!, text = await Deno.readTextFile(file);
  const [, first, last] = /^#SBATCH --array=(\d+)-(\d+)$/m.exec(text)!.map(Number);
  const codes: number[] = [];
  for (let i = first; i <= last; i++) {
    const start = () =>
      new Deno.Command("bash", {
        args: [file],
        env: { SLURM_ARRAY_TASK_ID: String(i) },
        stdout: "piped",
        stderr: "piped",
      });
    // --signal goes to the step, not to the script.
    const step = () => Number(Deno.readTextFileSync(`${state}/step`));
    codes.push(await attempts(`array task ${i}`, /^#SBATCH --requeue$/m.test(text) ? 2 : 1, i, start, step));
  }
  return Math.max(...codes);
}

/** `systemctl enable --now|stop|start UNIT`: the service with what its unit lets it see and write. */
async function systemctl(): Promise<number> {
  const unit = await Deno.readTextFile(`${state}/etc/wgrad-train.service`);
  const value = (key: string) => new RegExp(`^${key}=(.*)$`, "m").exec(unit)?.[1];
  const cwd = value("WorkingDirectory")!, writes = value("ReadWritePaths")!;
  const environment = Object.fromEntries(
    [...unit.matchAll(/^Environment=(\w+)=(.*)$/gm)].map(([, key, word]) => [key, word]),
  );
  const successes = [0, ...value("SuccessExitStatus")!.split(" ").map(Number)];
  const code = await attempts("service", 1, undefined, () =>
    container({
      command: value("ExecStart")!.split(" "),
      env: { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: "/home/wgrad", ...environment },
      volumes: [
        ...IMAGE,
        { from: DATA.from, to: "/srv/data", readOnly: true },
        { from: folder("srv"), to: writes },
        { from: folder("private_tmp"), to: "/tmp" },
      ],
      readOnly: value("ProtectSystem") === "strict",
      cwd,
    }));
  return successes.includes(code) ? 0 : code;
}

const programs: Readonly<Record<string, (args: readonly string[]) => number | Promise<number>>> = {
  docker,
  kubectl,
  gcloud,
  sky,
  dstack,
  sbatch,
  systemctl,
};
Deno.exit(await programs[name](args));
