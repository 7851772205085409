/** The MPI section of doctor: the library for training on several GPUs, and the launch that this process belongs to. */
import type { MpiState } from "../../setup/mpi_launch.ts";
import type { Finding, Section } from "./report.ts";

/** The library and the launch; the former is only missed in a launch of several ranks. */
export function mpiSection({ library, launch, install }: MpiState): Section {
  const found = "path" in library
    ? `${library.version} (${library.path}), by the handles of ${library.kind}`
    : `${library.fault ?? "none found"}; needed for several GPUs only: ${install}`;
  const ranks = launch === undefined
    ? "this process is by itself; mpirun or srun starts several"
    : `rank ${launch.rank} of ${launch.size}, started by ${launch.launcher}`;
  return { title: "MPI", facts: [["library", found], ["launch", ranks]] };
}

/** A launch without a library cannot train, and a named library that does not load is worth a note in any case. */
export function mpiFindings({ library, launch, install }: MpiState): Finding[] {
  if ("path" in library || (launch === undefined && library.fault === undefined)) return [];
  return [{
    kind: launch === undefined ? "note" : "fault",
    problem: library.fault ??
      `${launch!.launcher} started ${launch!.size} ranks, but no MPI library was found`,
    cure: `${install}, or name the library in WGRAD_MPI`,
  }];
}
