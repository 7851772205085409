import { assertEquals } from "@std/assert";
import { mpiFindings, mpiSection } from "../../../src/tasks/doctor/mpi_report.ts";

const launch = { launcher: "Open MPI's mpirun", rank: 1, size: 4 }, install = "`get mpi`";
const library = { path: "libmpi.so.40", kind: "Open MPI", version: "Open MPI v4.1.4" };

Deno.test("mpiSection() names library, kind and launch", () => {
  assertEquals(mpiSection({ library, launch, install }).facts, [
    ["library", "Open MPI v4.1.4 (libmpi.so.40), by the handles of Open MPI"],
    ["launch", "rank 1 of 4, started by Open MPI's mpirun"],
  ]);
  assertEquals(mpiFindings({ library, launch, install }), []);
});

Deno.test("a missing library is a fault in a launch only", () => {
  const none = { library: { fault: undefined }, install };
  assertEquals(mpiFindings({ ...none, launch: undefined }), []);
  assertEquals(mpiFindings({ ...none, launch }), [{
    kind: "fault",
    problem: "Open MPI's mpirun started 4 ranks, but no MPI library was found",
    cure: "`get mpi`, or name the library in WGRAD_MPI",
  }]);
});

Deno.test("a named library that does not load is a note, and a fault in a launch", () => {
  const broken = { library: { fault: "Cannot use WGRAD_MPI=x" }, install };
  const found = [undefined, launch].map((launch) => mpiFindings({ ...broken, launch })[0]);
  assertEquals(found.map(({ kind, problem }) => [kind, problem]), [
    ["note", "Cannot use WGRAD_MPI=x"],
    ["fault", "Cannot use WGRAD_MPI=x"],
  ]);
});
