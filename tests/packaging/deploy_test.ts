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
  const command = new Deno.Command(`${root}${script}`, {
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
