/** wgrad's image without a registry: a root of this machine's own folders, in which the portable folder is /opt/wgrad. */

/** What a container is started with. */
export interface Container {
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Folders of this machine, and where they are inside. */
  readonly volumes: readonly { readonly from: string; readonly to: string; readonly readOnly?: boolean }[];
  /** uid:gid; the image's own by default. */
  readonly user?: string | undefined;
  /** Nothing can be written but volumes. */
  readonly readOnly?: boolean;
  readonly cwd?: string;
}

/** Of this machine's root, what the image's base has. */
const BASE = ["usr", "bin", "sbin", "lib", "lib64", "etc", "proc", "dev"];
/** As the Dockerfile sets it. */
const ENV = { PATH: "/opt/wgrad:/usr/local/bin:/usr/bin:/bin", HOME: "/tmp", DENO_DIR: "/tmp/deno" };

const quoted = (word: string) => `'${word.replaceAll("'", "'\\''")}'`;

/** The command that runs a container in the foreground: signals reach its process. Needs root. */
export function container(
  { command, env = ENV, volumes, user = "1000:1000", readOnly = false, cwd = "/outputs" }: Container,
): Deno.Command {
  const root = Deno.makeTempDirSync({ prefix: "wgrad_image_" });
  const words = ["env", "-i", ...Object.entries(env).map((entry) => entry.join("=")), ...command];
  const lines = [
    `mount -t tmpfs none ${root}`,
    ...BASE.map((name) => `mkdir ${root}/${name} && mount --rbind /${name} ${root}/${name}`),
    `mkdir -m 1777 ${root}/tmp ${root}/outputs && mkdir ${root}/opt ${root}/data`,
    ...volumes.map(({ from, to, readOnly }) =>
      `mkdir -p ${root}${to} && mount --bind ${from} ${root}${to}` +
      (readOnly ? ` && mount -o remount,bind,ro ${root}${to}` : "")
    ),
    ...readOnly ? [`mount -o remount,ro ${root}`] : [],
    `exec /usr/sbin/chroot --userspec=${user} ${root} sh -c 'cd ${cwd} && exec "$@"' sh ${
      words.map(quoted).join(" ")
    }`,
  ];
  return new Deno.Command("unshare", {
    args: ["--mount", "--propagation", "private", "sh", "-euc", lines.join("\n")],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

/** How a process ended, and what it said. */
export interface Ended {
  readonly code: number;
  readonly text: string;
}

/**
 * Runs a command to its end; if `isPreempted`, it gets SIGTERM after its first epoch, as from a scheduler, or `pid` does.
 */
export async function watched(
  command: Deno.Command,
  isPreempted: boolean,
  pid?: () => number,
): Promise<Ended> {
  const child = command.spawn();
  let text = "", isAsked = false;
  const read = async (stream: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder();
    for await (const part of stream) {
      text += decoder.decode(part, { stream: true });
      if (!isPreempted || isAsked || !/^ +0\/\d+ /m.test(text)) continue;
      isAsked = true;
      Deno.kill(pid?.() ?? child.pid, "SIGTERM");
    }
  };
  await Promise.all([read(child.stdout), read(child.stderr)]);
  return { code: (await child.status).code, text };
}
