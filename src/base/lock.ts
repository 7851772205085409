/** What processes tell each other about things that only one of them may change at a time. */

/** A lock that this process holds until it releases it or ends. */
export interface Lock extends AsyncDisposable {
  readonly isOurs: true;
  release(): Promise<void>;
}

/** A lock that another process holds. */
export interface Taken {
  readonly isOurs: false;
  /** Who holds it, for a message: "process 123 on vm-1, which draws the dataset (since 2026-05-31T14:03:59Z)". */
  readonly by: string;
}

/**
 * Locks the thing at `path`, which need not exist. `what` says in messages of other processes what this one does
 * with it, such as "draws the dataset". Returns at once. @throws FileError if no lock can be written there
 */
export type TryLock = (path: string, what: string) => Promise<Lock | Taken>;

/** The file of a lock of the thing at `path`; the number tells owners apart. */
export function lockFile(path: string, number: number): string {
  return `${path}.lock.${number}`;
}

/** What a lock file locks and its number, or undefined if `file` is none. */
export function lockedBy(file: string): { readonly path: string; readonly number: number } | undefined {
  const [, path, number] = /^(.+)\.lock\.(\d+)$/.exec(file) ?? [];
  return path === undefined ? undefined : { path, number: Number(number) };
}
