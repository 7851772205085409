/**
 * The pages of deploy/ as a reader follows them: the command lines of each, as they are written, with stand-ins for
 * schedulers and clouds that start what the page's file says. Trainings are tiny; one of each page is preempted, and
 * goes on. Needs root, for mounts of its own. `--filter slurm` follows one page; DEPLOY_SOAK=FOLDER keeps what all need
 * (the portable folder, images, compiled kernels) there for the next time.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { tiny } from "../e2e/cli.ts";
import { afterAll } from "../rings.ts";

const root = decodeURIComponent(new URL("../../", import.meta.url).pathname);
const ignore = Deno.build.os !== "linux" || Deno.uid() !== 0;

/** What makes every training tiny, after the arguments that a page gives. */
const TINY = [
  ...["data=image_folder", "data.image_size=32", "data.batch_size=16", "trainer.max_epochs=3"],
  ...["trainer.tune_kernels=false", "transforms=upright", "trainer.precision=32-true"],
];

/**
 * `wgrad` in all that is followed: the portable folder's, but trainings are tiny, of ResNet-18 alone, and containers have
 * their compiled kernels in common, which would cost each of them half a minute.
 */
const SMALL_WGRAD = `#!/bin/sh
self=$(dirname "$(readlink -f "$0")")
case "$*" in train*--resume*) ;; train*)
  for word; do
    shift
    case $word in
    model=*,*) word=seed=1,2,3 ;;
    model=*) word=model=resnet18 ;;
    esac
    set -- "$@" "$word"
  done
  set -- "$@" ${TINY.join(" ")} ;;
esac
export GALLIVM_PERF=nopt
[ ! -d /kernels ] || export MESA_SHADER_CACHE_DIR="/kernels/$(id -u)"
exec "$self/../portable/wgrad" "$@"
`;

/** Runs a program to its end, which has the code 0 if no other one is expected. */
async function run(
  program: string,
  args: readonly string[],
  options: Deno.CommandOptions = {},
  expected = 0,
) {
  const { code, stdout, stderr } = await new Deno.Command(program, { args: [...args], ...options }).output();
  const text = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
  assertEquals(code, expected, `${program} ${args.join(" ")}\n${text}`);
  return text;
}

async function script(path: string, text: string): Promise<void> {
  await Deno.writeTextFile(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
}

/** The portable folder, a dataset, a place for kernels, and what is in the image's /opt. */
async function prepare(): Promise<string> {
  const made = Deno.env.get("DEPLOY_SOAK") ?? await Deno.makeTempDir({ prefix: "wgrad_deploy_" });
  await run("mkdir", ["-p", `${made}/opt/wgrad`, `${made}/kernels`]);
  await run("chmod", ["755", made]);
  await run("chmod", ["1777", `${made}/kernels`]);
  await Deno.writeTextFile(`${made}/opt/wgrad/wgrad`, SMALL_WGRAD, { mode: 0o755 });
  for (const file of ["sweep_job.sh", "docker/entrypoint.sh"]) {
    await Deno.copyFile(`${root}deploy/${file}`, `${made}/opt/${file.replace(/.*\//, "")}`);
  }
  if (!await Deno.stat(`${made}/data`).then(() => true, () => false)) {
    await run(Deno.execPath(), ["task", "-q", "dist", "--out", `${made}/opt/portable`], { cwd: root });
    await run(`${made}/opt/portable/wgrad`, ["train", ...tiny("."), "trainer.fast_dev_run=true"], {
      cwd: made,
    });
    await Deno.rename(`${made}/jerseys`, `${made}/data`);
  }
  return made;
}

/** A page whose commands are followed: a home of its own, with this repository's deploy/ and the dataset. */
interface Followed {
  readonly home: string;
  /** Runs command lines there; their last code is `code`. */
  shell(lines: string, code?: number): Promise<string>;
  /** What the attempts have said. */
  log(): Promise<string>;
}

/** Programs that a page calls and that need no file of ours. */
const SMALL: Readonly<Record<string, string>> = {
  // Where `deno task dist` would write the portable folder.
  deno: 'mkdir -p "$5" && ln -s "$STAND_INS/opt/wgrad/wgrad" "$5/wgrad"',
  rsync: 'shift; while [ $# -gt 1 ]; do cp --archive "$1" "$HOME"; shift; done',
  srun: 'echo $$ > "$STAND_INS/step"; exec "$@"',
  sudo: `case "$*" in
"install -m"*) mkdir -p "$STAND_INS/etc" && cp "$4" "$STAND_INS/etc" ;;
systemctl*) exec "$@" ;;
esac`,
  journalctl: 'cat "$STAND_INS/log"',
  curl: 'cat "$STAND_INS/vm/${4##*/}"',
  shutdown: 'echo "$*" > "$STAND_INS/vm/shutdown"',
  wgrad: 'exec "$STAND_INS/opt/portable/wgrad" "$@"',
};
const STAND_INS = ["docker", "kubectl", "gcloud", "sky", "dstack", "sbatch", "systemctl"];

let prepared: Promise<string> | undefined;

/** Registers a test that follows a page's blocks of command lines. */
function page(name: string, follow: (followed: Followed, blocks: readonly string[]) => Promise<void>): void {
  const fn = async () => {
    const made = await (prepared ??= prepare());
    const state = `${made}/${name}`, home = `${state}/home`;
    await run("rm", ["-rf", state]);
    await run("mkdir", ["-p", `${state}/bin`, `${state}/bucket`, home]);
    await run("cp", ["--archive", `${root}deploy`, home]);
    for (const shared of ["opt", "data", "kernels"]) {
      await Deno.symlink(`${made}/${shared}`, `${state}/${shared}`);
    }
    for (const link of [`${home}/data`, `${home}/photos`, `${state}/bucket/data`]) {
      await Deno.symlink(`${made}/data`, link);
    }
    for (const [program, text] of Object.entries(SMALL)) await script(`${state}/bin/${program}`, text);
    const start = `exec ${Deno.execPath()} run --config=${root}deno.dev.json --no-check -A`;
    for (const program of STAND_INS) {
      await script(
        `${state}/bin/${program}`,
        `${start} ${root}tests/soak/deploy/stand_ins.ts ${program} "$@"`,
      );
    }
    const env = {
      STAND_INS: state,
      HOME: home,
      PATH: `${state}/bin:/usr/local/bin:/usr/bin:/bin`,
      NO_COLOR: "1",
    };
    const text = await Deno.readTextFile(`${root}deploy/${name}/README.md`);
    await follow({
      home,
      shell: (lines, code) => run("bash", ["-euc", lines], { cwd: home, env }, code),
      log: () => Deno.readTextFile(`${state}/log`),
    }, [...text.matchAll(/^```bash\n(.*?)^```/gms)].map(([, block]) => block));
  };
  Deno.test({ name: `deploy/${name}/README.md runs as written`, ignore, fn });
}

/** One attempt was preempted, and the next one went on from its checkpoint. */
async function assertWentOn({ log }: Followed): Promise<void> {
  const text = await log();
  assertEquals(text.match(/^== .*code 130$/gm)?.length, 1, text);
  assert(/^resume .* at epoch \d/m.test(text), text);
  assertStringIncludes(text, "test    loss");
}

page("slurm", async (followed, [onThisMachine, onTheCluster]) => {
  await followed.shell(onThisMachine);
  assertStringIncludes(await followed.shell(onTheCluster), ": 3 done");
  await assertWentOn(followed);
});

page("batch", async (followed, [submit, table]) => {
  await followed.shell(submit);
  assertStringIncludes(
    await followed.shell(table.replace("FOLDER", `${followed.home}/../bucket/outputs/sweep`)),
    ": 3 done",
  );
  await assertWentOn(followed);
});

page("kubernetes", async (followed, [sweep]) => {
  await followed.shell(sweep);
  await assertWentOn(followed);
  await followed.shell(
    `docker run --volume "$HOME/../claims/wgrad-outputs:/outputs" IMAGE train --resume /outputs/sweep`,
  );
  assertStringIncludes(await followed.log(), ": 3 done");
  await followed.shell('rm "$HOME/../preempted" "$HOME/../log"');
  await followed.shell(sweep.replaceAll("sweep", "job"));
  await assertWentOn(followed);
});

page("docker", async (followed, [block]) => {
  const [build, mkdir, train, more, serve] = block.trim().split("\n");
  await followed.shell(
    [build.replace("git rev-parse HEAD", "echo 0"), mkdir, "chown 1000:1000 outputs"].join("\n"),
  );
  await followed.shell(`${train}\n${more}`, 130);
  await followed.shell(`${train}\n${more}`);
  await assertWentOn(followed);
  await followed.shell(
    `setsid sh -c '${serve.replace(/#.*/, "")}' & server=$!\n` +
      "for i in $(seq 100); do sleep 0.2; ! /usr/bin/curl -fs http://localhost:8080/ > page.html || break; done\n" +
      "kill -- -$server; grep -q '<title>' page.html",
  );
});

page("gce", async (followed, [create]) => {
  await followed.shell(create, 130);
  await followed.shell("gcloud compute instances start train-1");
  await assertWentOn(followed);
  assertEquals(await Deno.readTextFile(`${followed.home}/../vm/shutdown`), "-h now\n");
  const sent = [...Deno.readDirSync(`${followed.home}/../bucket/outputs`)].map(({ name }) => name);
  assert(sent.includes("checkpoints"), sent.join());
});

for (const name of ["skypilot", "dstack"]) {
  page(name, async (followed, [launch]) => {
    await followed.shell(launch);
    await assertWentOn(followed);
  });
}

page("systemd", async (followed, [block]) => {
  await followed.shell(block);
  await followed.shell("systemctl start wgrad-train");
  await assertWentOn(followed);
});

afterAll(async () => {
  if (prepared !== undefined && !Deno.env.has("DEPLOY_SOAK")) {
    await Deno.remove(await prepared, { recursive: true });
  }
});
