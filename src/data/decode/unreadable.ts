/** The files of a split that cannot be read: how many are allowed, and how they are named. */
import { DataError } from "../../base/errors.ts";
import { compareCodePoints } from "../files/paths.ts";
import { counted } from "../words.ts";
import type { Unreadable } from "./scan.ts";

/** Options of {@link UnreadableFiles}. */
export interface UnreadableOptions {
  /** The dataset's name in messages. */
  readonly root: string;
  /** The name of the split in messages, such as "train". */
  readonly split: string;
  /** Number of the split's files. */
  readonly total: number;
  /** The fraction of the split's files that may be unreadable, 0 .. 1. */
  readonly maxUnreadable?: number;
  /** "skip" goes on without unreadable files (up to maxUnreadable); "error" fails on the first. */
  readonly onUnreadable?: "skip" | "error";
}

const SHOWN = 10;

/** What is known of a split's unreadable files; more may be found while they are decoded. */
export class UnreadableFiles {
  readonly #reasons = new Map<string, string>();
  #unsaid: Unreadable[] = [];

  /** @throws RangeError if the allowed fraction is none */
  constructor(readonly options: UnreadableOptions) {
    const { maxUnreadable = 0 } = options;
    if (!(maxUnreadable >= 0 && maxUnreadable <= 1)) {
      throw new RangeError(`Cannot allow a fraction of ${maxUnreadable} unreadable files: need 0 .. 1`);
    }
  }

  /** Sorted by path. */
  get all(): readonly Unreadable[] {
    return sorted([...this.#reasons].map(([path, reason]) => ({ path, reason })));
  }

  has(path: string): boolean {
    return this.#reasons.has(path);
  }

  /**
   * Adds files.
   * @throws DataError naming up to ten files and their reasons if there are now more than are allowed
   */
  add(found: Iterable<Unreadable>): void {
    for (const one of found) {
      if (this.has(one.path)) continue;
      this.#reasons.set(one.path, one.reason);
      this.#unsaid.push(one);
    }
    const { total, maxUnreadable = 0.05, onUnreadable = "skip" } = this.options;
    const allowed = onUnreadable === "error" ? 0 : maxUnreadable * total;
    if (this.#reasons.size > allowed) throw this.#tooMany();
  }

  /** The files that were added since the last call, sorted by path. */
  takeNew(): readonly Unreadable[] {
    return sorted(this.#unsaid.splice(0));
  }

  #tooMany(): DataError {
    const { root, split, total, maxUnreadable = 0.05, onUnreadable } = this.options;
    const allowed = onUnreadable === "error"
      ? `none (data.on_unreadable is "error")`
      : `at most ${Number((maxUnreadable * 100).toFixed(2))} % (data.max_unreadable)`;
    return new DataError(
      `Cannot use the ${split} split of "${root}": ${this.#reasons.size} of ${total} files are unreadable, ` +
        `allowed: ${allowed}; repair or remove them:\n${list(this.all, "\n")}`,
    );
  }
}

/** Names what became of unreadable files ("left out"); undefined if there are none. */
export function describeUnreadable(
  split: string,
  unreadable: readonly Unreadable[],
  became = "left out",
): string | undefined {
  if (unreadable.length === 0) return undefined;
  return `${split}: ${became} ${counted(unreadable.length, "unreadable file")}: ${list(unreadable)}`;
}

function sorted(files: readonly Unreadable[]): Unreadable[] {
  return files.toSorted((a, b) => compareCodePoints(a.path, b.path));
}

function list(unreadable: readonly Unreadable[], separator = "; "): string {
  const shown = unreadable.slice(0, SHOWN).map(({ path, reason }) => `"${path}": ${reason}`);
  if (unreadable.length > SHOWN) shown.push(`and ${unreadable.length - SHOWN} more`);
  return shown.join(separator);
}
