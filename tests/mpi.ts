/** The MPIs that tests can launch: Open MPI, and MPICH by its own and by MPI 5's ABI, where they are installed. */

/** An installed MPI. */
export interface InstalledMpi {
  readonly name: string;
  /** Starts so many ranks of this Deno with arguments. */
  launch(ranks: number, args: readonly string[], env?: Readonly<Record<string, string>>): Deno.Command;
}

/** Where `pip install mpich` puts it, if that is not in PATH: the folder of a virtual environment. */
const MPICH = Deno.env.get("WGRAD_TEST_MPICH") ?? "";

function versionOf(launcher: string): string {
  try {
    const { stdout } = new Deno.Command(launcher, { args: ["--version"], stderr: "null" }).outputSync();
    return new TextDecoder().decode(stdout);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

function command(launcher: string, args: readonly string[], env: Readonly<Record<string, string>>) {
  return new Deno.Command(launcher, {
    args: [...args],
    env: { NO_COLOR: "1", ...env },
    stdout: "piped",
    stderr: "piped",
    stdin: "null",
  });
}

function openMpi(): InstalledMpi[] {
  if (!versionOf("mpirun").includes("Open MPI")) return [];
  const asRoot = { OMPI_ALLOW_RUN_AS_ROOT: "1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1" };
  return [{
    name: "Open MPI",
    launch(ranks, args, env) {
      const all = ["--oversubscribe", "-n", String(ranks), Deno.execPath(), ...args];
      return command("mpirun", all, { ...asRoot, ...env });
    },
  }];
}

function mpich(): InstalledMpi[] {
  const launcher = MPICH === "" ? "mpiexec" : `${MPICH}/bin/mpiexec`;
  if (!versionOf(launcher).includes("HYDRA")) return [];
  const folder = MPICH === "" ? "" : `${MPICH}/lib/`;
  return [["MPICH by MPI 5's ABI", "libmpi_abi.so.1"], ["MPICH", "libmpi.so.12"]].map(([name, library]) => ({
    name,
    launch(ranks, args, env) {
      const all = ["-n", String(ranks), Deno.execPath(), ...args];
      return command(launcher, all, { WGRAD_MPI: `${folder}${library}`, ...env });
    },
  }));
}

/** All that are installed; what is not is said once. */
export const installedMpis: readonly InstalledMpi[] = [...openMpi(), ...mpich()];

const WANTED = ["Open MPI", "MPICH by MPI 5's ABI", "MPICH"];

/** Registers a test with each MPI; of those that are not installed it is ignored. */
export function mpiTest(name: string, fn: (mpi: InstalledMpi) => Promise<void>): void {
  for (const wanted of WANTED) {
    const mpi = installedMpis.find((each) => each.name === wanted);
    Deno.test({ name: `${name} (${wanted})`, ignore: mpi === undefined, fn: () => fn(mpi!) });
  }
}

const missing = WANTED.filter((wanted) => installedMpis.every(({ name }) => name !== wanted));
if (missing.length > 0) {
  console.log(
    `ignored with ${
      missing.join(" and ")
    }: not installed; apt-get install openmpi-bin, or pip install mpich ` +
      "with WGRAD_TEST_MPICH=VENV",
  );
}
