import { InterruptedError } from "../base/errors.ts";
import type { Lock } from "../base/lock.ts";
import type { Host } from "./host.ts";

/** Milliseconds between two looks at a lock that another process holds. */
const PAUSE = 200;

/**
 * Locks the thing at `path` as soon as no other process holds its lock, and says whom it waits for.
 * @throws InterruptedError if the process is asked to stop meanwhile, FileError if no lock can be written there
 */
export async function waitForLock(
  host: Pick<Host, "tryLock" | "signal" | "print">,
  path: string,
  what: string,
): Promise<Lock> {
  let said: string | undefined;
  for (;;) {
    const lock = await host.tryLock(path, what);
    if (lock.isOurs) return lock;
    if (lock.by !== said) host.print(`  waiting for ${lock.by}`);
    said = lock.by;
    await new Promise<void>((resolve) => setTimeout(resolve, PAUSE));
    if (host.signal.aborted) throw new InterruptedError(`Stopped while waiting for ${lock.by}`);
  }
}
