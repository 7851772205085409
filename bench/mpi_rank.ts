/**
 * One of the ranks that `bench mpi` starts: times the sum of gradients over ranks, through `Ranks` and by MPI alone, in
 * turns. Rank 0 prints one line of JSON. `deno run -A bench/mpi_rank.ts ROUNDS FLOATS ...`
 */
import { openMpi } from "../src/host/deno_mpi.ts";
import { openMpiLibrary } from "../src/host/deno_mpi_library.ts";
import { mpiLaunch } from "../src/setup/mpi_launch.ts";
import { median } from "./timing.ts";

/** What rank 0 prints: the library, and milliseconds for each number of floats. */
export interface MpiTimes {
  readonly library: string;
  readonly ranks: number;
  readonly rows: readonly {
    readonly floats: number;
    readonly copy: number;
    readonly bare: number;
    readonly own: number;
  }[];
}

async function measure(rounds: number, sizes: readonly number[]): Promise<MpiTimes | undefined> {
  const env = (name: string) => Deno.env.get(name);
  const ranks = openMpi(mpiLaunch(env)!);
  const { path, version, handles } = openMpiLibrary(env)!;
  const { MPI_Allreduce: bareSum, MPI_Barrier: meet } = Deno.dlopen(path, {
    MPI_Barrier: { parameters: ["pointer"], result: "i32" },
    MPI_Allreduce: {
      parameters: ["pointer", "buffer", "i32", "pointer", "pointer", "pointer"],
      result: "i32",
    },
  }).symbols;
  const rows = [];
  for (const floats of sizes) {
    const from = new Float32Array(floats).fill(0.5), values = new Float32Array(floats);
    const ways = {
      copy: () => values.set(from),
      bare: () => {
        values.set(from);
        bareSum(handles.inPlace, values, floats, handles.float32, handles.sum, handles.world);
      },
      own: () => {
        values.set(from);
        return ranks.sum(values);
      },
    };
    const times = { copy: [] as number[], bare: [] as number[], own: [] as number[] };
    for (let round = -1; round < rounds; round++) { // the first one touches new memory
      for (const name of ["copy", "bare", "own"] as const) {
        meet(handles.world);
        const start = performance.now();
        await ways[name]();
        if (round >= 0) times[name].push(performance.now() - start);
      }
    }
    if (values[0] !== 0.5 * ranks.size || values[floats - 1] !== values[0]) throw new Error("A sum is wrong");
    rows.push({ floats, copy: median(times.copy), bare: median(times.bare), own: median(times.own) });
  }
  const { rank, size } = ranks;
  await ranks.close();
  return rank === 0 ? { library: `${version} (${path})`, ranks: size, rows } : undefined;
}

if (import.meta.main) {
  const [rounds, ...sizes] = Deno.args.map(Number);
  const times = await measure(rounds, sizes);
  if (times) console.log(JSON.stringify(times));
  Deno.exit(0);
}
