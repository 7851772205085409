/** This process's place among those that train together, and how they end: all of them, or none. */
import { ConfigError } from "../base/errors.ts";
import { ONE, type Ranks } from "../base/ranks.ts";
import { mpiLaunch, type MpiState } from "../setup/mpi_launch.ts";
import type { OpenRanks } from "./deno_mpi.ts";

let opened: OpenRanks | undefined;

/** The launch that this process belongs to, if it is one of several. */
function ownLaunch() {
  return mpiLaunch((name) => Deno.env.get(name));
}

/** The ranks of this process's launch; by itself it loads nothing. @throws ConfigError if MPI cannot be opened */
export async function openRanks(): Promise<Ranks> {
  const launch = ownLaunch();
  if (launch === undefined) return ONE;
  return opened ??= (await import("./deno_mpi.ts")).openMpi(launch);
}

/** The library that a launch would use, without starting it. */
export async function findMpi(): Promise<MpiState> {
  const { openMpiLibrary, INSTALL: install } = await import("./deno_mpi_library.ts"), launch = ownLaunch();
  try {
    const found = openMpiLibrary((name) => Deno.env.get(name));
    return { library: found ?? { fault: undefined }, launch, install };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { library: { fault: error.message }, launch, install };
  }
}

/** What begins an error's line: the rank, where there are several. */
export function rankPrefix(): string {
  const launch = ownLaunch();
  return launch === undefined ? "" : `rank ${launch.rank}: `;
}

/**
 * Milliseconds that another rank than the first leaves it to report an error, which is often the error of all: then the
 * first rank ends them, with one message. Open MPI takes two seconds for that.
 */
const FIRST_SPEAKS = 3000;

/** Waits until it is this rank's turn to report an error. */
export async function awaitTurn(): Promise<void> {
  const rank = ownLaunch()?.rank ?? 0;
  if (rank > 0) await new Promise((resolve) => setTimeout(resolve, FIRST_SPEAKS));
}

/** Leaves the ranks before this process exits: with the others, or after an error by ending them, too. */
export async function leaveRanks(code: number, isError: boolean): Promise<void> {
  if (isError) opened?.abort(code);
  else await opened?.close();
}
