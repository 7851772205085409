/** What deploy/ and cloud-build.sh run, with stand-ins for the programs that they call. */
import { assertEquals, assertStringIncludes } from "@std/assert";

const root = decodeURIComponent(new URL("../../", import.meta.url).pathname);

/** Runs a script where the named programs print their names and arguments; returns its exit code and output. */
async function run(
  script: string,
  args: string[],
  names: readonly string[],
  env: Record<string, string> = {},
) {
  const folder = await Deno.makeTempDir({ prefix: "wgrad_deploy_" });
  for (const name of names) {
    const text = `#!/bin/sh\nprintf '%s' ${name}; for word in "$@"; do printf ' [%s]' "$word"; done; echo\n`;
    await Deno.writeTextFile(`${folder}/${name}`, text, { mode: 0o755 });
  }
  const command = new Deno.Command(script === "bash" ? script : `${root}${script}`, {
    args,
    clearEnv: true,
    env: { PATH: `${folder}:/usr/bin:/bin`, HOME: folder, ...env },
  });
  const { code, stdout, stderr } = await command.output();
  await Deno.remove(folder, { recursive: true });
  return { code, text: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

const ignore = Deno.build.os === "windows";

Deno.test({
  name: "sweep_job.sh takes the job's number from each scheduler",
  ignore,
  async fn() {
    const variables = [
      "BATCH_TASK_INDEX",
      "JOB_COMPLETION_INDEX",
      "SLURM_ARRAY_TASK_ID",
      "SKYPILOT_JOB_RANK",
      "JOB_INDEX",
    ];
    for (const name of variables) {
      const { text } = await run("deploy/sweep_job.sh", ["/o/s", "/data", "seed=1,2"], ["wgrad"], {
        [name]: "1",
      });
      assertEquals(
        text,
        "wgrad [train] [-m] [/data] [seed=1,2] [resume=auto] [hydra.sweep.dir=/o/s] [--job] [1]\n",
      );
    }
    assertEquals((await run("deploy/sweep_job.sh", ["/o", "seed=1"], ["wgrad"])).code, 2);
  },
});

Deno.test({
  name: "deploy/mpi/train.sbatch starts as many ranks as it asks Slurm for",
  ignore,
  async fn() {
    const script = "deploy/mpi/train.sbatch", text = await Deno.readTextFile(root + script);
    const asked = (name: string) => /\d+/.exec(text.split(`#SBATCH --${name}=`)[1])?.[0];
    const { text: said } = await run("bash", [root + script], ["srun"], { DATA: "/data", WGRAD: "/w/wgrad" });
    assertEquals(
      said,
      "srun [--mpi=pmix] [--kill-on-bad-exit=1] [/w/wgrad] [train] [/data] [trainer.strategy=ddp] " +
        `[trainer.num_nodes=${asked("nodes")}] [trainer.devices=${asked("ntasks-per-node")}] [resume=auto]\n`,
    );
  },
});

Deno.test({
  name: "deploy/mpi/own_gpu.sh gives each rank of a machine a GPU of its own, or says why it cannot",
  ignore,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "wgrad_gpus_" }), script = "deploy/mpi/own_gpu.sh";
    const gpus = `${folder}/driver/nvidia/gpus`, layers = `${folder}/layers`;
    const chosen = (env: Record<string, string>) =>
      run(script, ["sh", "-c", "echo $DRI_PRIME"], [], {
        WGRAD_PROC: folder,
        WGRAD_VULKAN_LAYERS: layers,
        ...env,
      });
    assertStringIncludes((await chosen({ SLURM_LOCALID: "0" })).text, "lacks Mesa's device-select layer");
    await Deno.mkdir(layers);
    await Deno.writeTextFile(`${layers}/VkLayer_MESA_device_select.json`, "");
    for (const address of ["0000:0a:00.0", "0000:04:00.0"]) {
      await Deno.mkdir(`${gpus}/${address}`, { recursive: true });
    }
    for (const name of ["OMPI_COMM_WORLD_LOCAL_RANK", "MPI_LOCALRANKID", "SLURM_LOCALID"]) {
      assertEquals(await chosen({ [name]: "0" }), { code: 0, text: "pci-0000_04_00_0\n" });
      assertEquals(await chosen({ [name]: "1" }), { code: 0, text: "pci-0000_0a_00_0\n" });
    }
    const { code, text } = await chosen({ SLURM_LOCALID: "2" });
    assertEquals(code, 2);
    assertStringIncludes(text, "rank 2 of this machine is one more than it has NVIDIA GPUs");
    assertStringIncludes((await chosen({})).text, "no launcher has numbered this process");
    await Deno.remove(folder, { recursive: true });
  },
});

Deno.test({
  name: "cloud-build.sh gives gcloud the commit, the tag and the region, and with --dry-run calls nothing",
  ignore,
  async fn() {
    const args = ["--project", "mine", "--region", "europe-west4", "--tag", "v1"];
    const commit = new TextDecoder().decode(
      (await new Deno.Command("git", { args: ["rev-parse", "HEAD"], cwd: root }).output()).stdout,
    ).trim();
    const { text } = await run("cloud-build.sh", args, ["gcloud"]);
    const substitutions = `_REGION=europe-west4,_TAG=v1,_COMMIT=${commit}`;
    assertEquals(
      text,
      "gcloud [builds] [submit] [.] [--config] [cloudbuild.yaml] [--project] [mine] [--region] [europe-west4] " +
        `[--substitutions] [${substitutions}]\n`,
    );
    const dry = await run("cloud-build.sh", ["--dry-run", ...args], []);
    assertStringIncludes(dry.text, `--substitutions ${substitutions}`);
    assertEquals((await run("cloud-build.sh", ["--nope"], ["gcloud"])).code, 2);
  },
});

Deno.test({
  name: "the images' entry point trains on hardware, and refuses where NVIDIA's GPU is there but not found",
  ignore,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "wgrad_dev_" });
    const script = "deploy/docker/entrypoint.sh", env = { WGRAD_DEV: folder };
    assertEquals((await run(script, ["train", "/data"], ["wgrad"], env)).text, "wgrad [train] [/data]\n");
    await Deno.writeTextFile(`${folder}/nvidia0`, "");
    assertEquals((await run(script, ["train", "/data"], ["wgrad"], env)).text, "wgrad [train] [/data]\n");
    await Deno.writeTextFile(`${folder}/wgrad`, "#!/bin/sh\necho no GPU; exit 4\n", { mode: 0o755 });
    const refused = await run(script, ["train", "/data"], [], { ...env, PATH: `${folder}:/usr/bin:/bin` });
    assertEquals(refused, { code: 4, text: "no GPU\nno GPU\n" });
    assertEquals(
      (await run(script, ["page"], ["wgrad"], env)).text,
      "wgrad [page] [--public] [--port] [8080]\n",
    );
    await Deno.remove(folder, { recursive: true });
  },
});

/** Stand-ins for what the VM's startup script calls; docker runs until it is stopped, or ends at once with a code. */
const VM: Readonly<Record<string, string>> = {
  curl: "echo word",
  gcloud: 'echo gcloud "$@"',
  mkdir: "",
  chown: "",
  shutdown: 'echo shutdown "$@"',
  docker: `case $1 in
stop) echo stopping; touch "$HOME/stopped" ;;
*) echo running; [ "$CODE" = wait ] || exit "$CODE"
  i=0; while [ ! -e "$HOME/stopped" ] && [ $i -lt 400 ]; do sleep 0.02; i=$((i + 1)); done
  sleep 0.1; echo saved; exit 130 ;;
esac`,
};

for (
  const [what, code, ends] of [
    ["the training's end, and a failed one's", "1", "shutdown -h now"],
    ["a preemption without shutting down, once the training has saved", "wait", undefined],
  ] as const
) {
  Deno.test({
    name: `the VM's startup script sends the outputs at ${what}`,
    ignore,
    async fn() {
      const folder = await Deno.makeTempDir({ prefix: "wgrad_vm_" });
      for (const [name, text] of Object.entries(VM)) {
        await Deno.writeTextFile(`${folder}/${name}`, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
      }
      const child = new Deno.Command(`${root}deploy/gce/startup.sh`, {
        clearEnv: true,
        env: { PATH: `${folder}:/usr/bin:/bin`, HOME: folder, CODE: code },
        stdout: "piped",
      }).spawn();
      const lines: string[] = [];
      for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
        lines.push(...text.split("\n").filter(Boolean));
        if (lines.at(-1) === "running" && code === "wait") child.kill("SIGTERM");
      }
      assertEquals((await child.status).code, code === "wait" ? 130 : 1);
      assertEquals(lines.slice(lines.indexOf("running")), [
        "running",
        ...code === "wait" ? ["stopping", "saved"] : [],
        "gcloud storage rsync --recursive /mnt/outputs gs://word/outputs",
        ...ends === undefined ? [] : [ends],
      ]);
      await Deno.remove(folder, { recursive: true });
    },
  });
}
