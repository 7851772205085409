/** The choices of the command line and of `override` entries, which replace a defaults list's own options. */

import { Sweep } from "../grammar/element.ts";
import { elementToNode, type Override, overrideOrigin } from "../grammar/override.ts";
import type { Faults } from "../faults.ts";
import type { SearchPath } from "../search_path.ts";
import { isList } from "../tree.ts";
import { appendedEntry, type DefaultsEntry } from "./entry.ts";
import { filePath, groupPath, optionName, overrideKey, type Placed } from "./placed.ts";

/** An option that replaces another, and whether the list has an entry for it. */
interface Choice {
  readonly option: DefaultsEntry["option"];
  readonly origin: string;
  /** The file that contains the `override`; undefined for the command line. */
  readonly file: string | undefined;
  isUsed: boolean;
}

/** A `~group` or `~group=option` on the command line. */
interface Deletion {
  readonly option: string | undefined;
  readonly origin: string;
  isUsed: boolean;
}

/** A group in a defaults list. */
interface Known {
  readonly option: string | null | undefined;
  readonly groups: ReadonlySet<string>;
  readonly entry: DefaultsEntry;
}

/** The choices of one composition. The first choice for a group wins: the command line, then outer files. */
export class Choices {
  readonly #chosen = new Map<string, Choice>();
  readonly #deletions = new Map<string, Deletion>();
  readonly #known = new Map<string, Known>();
  /** Entries that the command line appends to the root's list. */
  readonly appended: DefaultsEntry[] = [];
  /** Choices of Hydra's own groups, such as hydra/launcher, which have no meaning here. */
  readonly ignored = new Set<string>();

  constructor(readonly faults: Faults) {}

  /** Adds an override of a group from the command line. */
  add(override: Override): void {
    const { kind, key, package: home, value, text } = override;
    const origin = overrideOrigin(text);
    if (value instanceof Sweep) return;
    const node = elementToNode(value, origin);
    const option = isList(node) ? node.value.map((item) => item.value) : node.value;
    const isOption = typeof option === "string" || (option === null && kind === "delete") ||
      (Array.isArray(option) && option.every((item) => typeof item === "string"));
    if (!isOption) {
      const cure = option === null ? `: write ~${key} to take it away` : "";
      return this.faults.add(
        `Cannot use override ${text} because an option of group ${key} must be a name${cure}`,
      );
    }
    if (kind === "force") {
      return this.faults.add(`Cannot use override ${text} because a group takes one +, not two`);
    }
    const whole = home === undefined ? key : `${key}@${home}`;
    if (kind === "add") this.appended.push(appendedEntry(key, home, option as string | null, origin));
    else if (kind === "change") {
      this.#chosen.set(whole, { option: option as string | null, origin, file: undefined, isUsed: false });
    } else {
      const named = value === undefined || option === null ? undefined : String(option);
      this.#deletions.set(whole, { option: named, origin, isUsed: false });
    }
  }

  /** Adds an `override` entry from a file. */
  addFromFile(placed: Placed, file: string): void {
    const key = overrideKey(placed);
    if (this.#chosen.has(key)) return;
    this.#chosen.set(key, { option: placed.option, origin: placed.entry.origin, file, isUsed: false });
  }

  /** `placed` with the option that applies. */
  apply(placed: Placed): Placed {
    if (placed.entry.kind !== "group") return placed;
    const choice = this.#chosen.get(overrideKey(placed));
    if (choice === undefined) return placed;
    choice.isUsed = true;
    const entry = { ...placed.entry, origin: choice.origin };
    return { ...placed, entry, option: choice.option };
  }

  /** True if the command line deletes the entry. */
  deletes(placed: Placed): boolean {
    if (placed.entry.kind !== "group") return false;
    const deletion = this.#deletions.get(overrideKey(placed));
    if (deletion === undefined) return false;
    const isMeant = deletion.option === undefined || deletion.option === optionName(placed);
    deletion.isUsed ||= isMeant;
    return isMeant;
  }

  /** Records an entry, so that it cannot be listed twice with different options. */
  know(placed: Placed): void {
    const { entry } = placed;
    if (entry.kind !== "group") return;
    const key = overrideKey(placed), option = optionName(placed);
    const known = this.#known.get(key);
    if (known === undefined) this.#known.set(key, { option, groups: new Set([groupPath(placed)]), entry });
    else if (known.option !== option) this.#tellTwice(key, placed, known);
  }

  #tellTwice(key: string, placed: Placed, { option, entry }: Known): void {
    if (this.appended.some(({ origin }) => origin === entry.origin)) {
      return this.faults.add(
        `Cannot add ${key}=${option} because the defaults have ${key}: write ${key}=${option}`,
        entry.origin,
      );
    }
    this.faults.add(
      `Cannot use ${filePath(placed)} because the defaults name ${key} twice, the other time as ${option}: ` +
        `write "override ${key}: ${option}" where it is to win`,
      placed.entry.origin,
    );
  }

  /** The options that apply, by key, for `${model}` within a defaults list. */
  get options(): Map<string, string | null> {
    return new Map([...this.#known].map(([key, { option }]) => [key, option ?? null]));
  }

  /** Adds a fault for each choice that matches no entry of a defaults list. */
  checkUsed(search: SearchPath): void {
    for (const [key, { isUsed, origin, file, option }] of this.#chosen) {
      if (isUsed) continue;
      const [group] = key.split("@");
      const near = [...this.#known].filter(([, { groups }]) => groups.has(group)).map(([known]) => known)
        .sort();
      const hint = near.length > 0 ? `: did you mean ${near.join(" or ")}?` : "";
      const cure = file === undefined && search.isGroup(group) ? `: write +${key}=${option} to add it` : "";
      const name = file === undefined ? `override ${key}=${option}` : `"override ${key}: ${option}"`;
      this.faults.add(`Cannot use ${name} because no defaults list has ${key}${hint || cure}`, origin);
    }
    for (const [key, { isUsed, origin, option }] of this.#deletions) {
      if (isUsed) continue;
      const name = option === undefined ? key : `${key}=${option}`;
      this.faults.add(`Cannot take ${name} away because no defaults list has it`, origin);
    }
  }
}
