import { assertEquals } from "@std/assert";
import { mpiLaunch } from "../../src/setup/mpi_launch.ts";

const launches: readonly [what: string, env: Record<string, string>, found: unknown][] = [
  ["a process by itself", {}, undefined],
  ["mpirun -n 4", { OMPI_COMM_WORLD_RANK: "2", OMPI_COMM_WORLD_SIZE: "4" }, ["Open MPI's mpirun", 2, 4]],
  ["mpiexec -n 3", { PMI_RANK: "0", PMI_SIZE: "3" }, ["MPICH's mpiexec", 0, 3]],
  ["srun -n 2", { SLURM_PROCID: "1", SLURM_STEP_NUM_TASKS: "2", SLURM_NTASKS: "2" }, ["Slurm's srun", 1, 2]],
  ["a batch script of four tasks, itself one process", { SLURM_PROCID: "0", SLURM_NTASKS: "4" }, undefined],
  ["one rank of mpirun", { OMPI_COMM_WORLD_RANK: "0", OMPI_COMM_WORLD_SIZE: "1" }, undefined],
  [
    "mpirun within a step of Slurm",
    {
      OMPI_COMM_WORLD_RANK: "7",
      OMPI_COMM_WORLD_SIZE: "8",
      SLURM_PROCID: "0",
      SLURM_STEP_NUM_TASKS: "2",
    },
    ["Open MPI's mpirun", 7, 8],
  ],
  ["values that are no numbers", { PMI_RANK: "", PMI_SIZE: "x" }, undefined],
];

for (const [what, env, found] of launches) {
  Deno.test(`mpiLaunch() recognises ${what}`, () => {
    const launch = mpiLaunch((name) => env[name]);
    assertEquals(launch && [launch.launcher, launch.rank, launch.size], found);
  });
}
