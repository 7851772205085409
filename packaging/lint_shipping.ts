/**
 * `deno task lint:shipping`: the linters of what is not TypeScript, each where it is on PATH. One that is missing is
 * named; packaging/linters.txt has them for pip, and actionlint is a Go module.
 */
import { entriesBelow } from "./files.ts";

const root = decodeURIComponent(new URL("../", import.meta.url).pathname);
const below = async (folder: string, pattern: RegExp) =>
  (await entriesBelow(root + folder)).filter((path) => pattern.test(path)).map((path) => `${folder}/${path}`);

const scripts = [
  "setup.sh",
  "cloud-build.sh",
  ".ci/run",
  ...await below("deploy", /\.sh$/),
  ...await below(".github", /\.sh$/),
  ...await below("packaging", /\.sh$/),
];
const schema = (name: string, ...files: string[]) => ["check-jsonschema", "--builtin-schema", name, ...files];

/** Commands with their arguments. */
const linters: readonly (readonly string[])[] = [
  ["shellcheck", ...scripts, "deploy/slurm/sweep.sbatch", "deploy/mpi/train.sbatch"],
  ["actionlint"],
  ["hadolint", "Dockerfile", "deploy/mpi/Dockerfile"],
  ["kubernetes-validate", "--strict", "deploy/kubernetes/job.yaml", "deploy/kubernetes/sweep.yaml"],
  schema("vendor.github-workflows", ...await below(".github/workflows", /\.yml$/)),
  schema("vendor.dependabot", ".github/dependabot.yml"),
  schema("vendor.github-issue-forms", ".github/ISSUE_TEMPLATE/bug.yml", ".github/ISSUE_TEMPLATE/feature.yml"),
  schema("vendor.citation-file-format", "CITATION.cff"),
  schema("vendor.cloudbuild", "cloudbuild.yaml"),
];

async function run([name, ...args]: readonly string[]): Promise<boolean> {
  try {
    const { success } = await new Deno.Command(name, {
      args,
      cwd: root,
      stdout: "inherit",
      stderr: "inherit",
    }).output();
    console.log(`${success ? "ok    " : "FAILED"}  ${name} ${args.slice(0, 2).join(" ")}`);
    return success;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.log(`not here  ${name}`);
    return true;
  }
}

const results: boolean[] = [];
for (const linter of linters) results.push(await run(linter));
Deno.exit(results.every(Boolean) ? 0 : 1);
