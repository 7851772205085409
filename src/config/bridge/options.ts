/** Translates the options of one class by what its target says of each. */

import { ConfigError } from "../../base/errors.ts";
import type { Faults } from "../faults.ts";
import { formatNode, formatValue } from "../format.ts";
import { type Data, type MapNode, mapNode, type Node, toData, toNode } from "../tree.ts";
import type { Fate, Place, Read, Target } from "./target.ts";
import { INSTANTIATE } from "./targets/mod.ts";

/** Whether a callback is wanted, and its options if it is not configured. */
export interface Switch {
  readonly isOn: boolean;
  readonly adds: Data | undefined;
}

/** What a translation leads to besides the translated part. */
export class Outcome {
  /** Keys without effect. */
  readonly dropped = new Set<string>();
  /** Options of other parts, by part. */
  readonly moved = new Map<Place, Map<string, Node>>();
  /** Callbacks that the trainer turns on or off. */
  readonly switches = new Map<string, Switch>();
  /** What else should be known: one line each. */
  readonly notes: string[] = [];

  constructor(readonly faults: Faults) {}

  /** Adds an option of another part. */
  move([part, key]: readonly [Place, string], node: Node): void {
    const options = this.moved.get(part) ?? new Map<string, Node>();
    this.moved.set(part, options.set(key, node));
  }
}

/** The options of `node` in our words, with the class's defaults. */
export function translateOptions(node: MapNode, target: Target, path: string, outcome: Outcome): MapNode {
  const given = new Set([...node.value.keys()].filter((key) => !INSTANTIATE.includes(key)));
  const translation = new Translation(node, path, outcome);
  for (const key of given) translation.take(key, node.value.get(key)!, fateOf(target, key));
  for (const [key, fate] of Object.entries(target.options)) {
    if (!given.has(key)) translation.takeDefault(key, fate);
  }
  const { options } = translation;
  for (const [key, value] of Object.entries(target.adds)) {
    if (!options.has(key)) options.set(key, toNode(value, node.origin));
  }
  attempt(outcome, path, node.origin, () => target.finish?.(options, given));
  return mapNode(options, node.origin);
}

function fateOf({ options }: Target, key: string): Fate | undefined {
  return Object.hasOwn(options, key) ? options[key] : undefined;
}

/** The options of one map while they are translated. */
class Translation {
  readonly options = new Map<string, Node>();

  constructor(
    readonly node: MapNode,
    readonly path: string,
    readonly outcome: Outcome,
  ) {}

  /** Translates a given option. One that the class does not have is left to our schema. */
  take(key: string, node: Node, fate: Fate | undefined): void {
    if (fate === undefined) this.options.set(key, node);
    else if (fate.kind === "moot") this.outcome.dropped.add(`${this.path}.${key}`);
    else if (fate.kind === "moved") this.outcome.move(fate.to, node);
    else if (fate.kind === "bound") this.#setEnd(fate.of, fate.end, node);
    else if (fate.kind === "only") this.#check(key, node, fate.values, fate.why);
    else if (fate.kind === "switch") {
      this.outcome.switches.set(fate.callback, { isOn: node.value !== false, adds: fate.adds });
    } else this.#keep(key, node, fate);
  }

  /** Applies the class's default for an absent option. */
  takeDefault(key: string, fate: Fate): void {
    const { origin } = this.node;
    if (fate.kind === "switch" && fate.adds !== undefined) {
      this.outcome.switches.set(fate.callback, { isOn: true, adds: fate.adds });
    }
    if (fate.kind === "bound") this.#setEnd(fate.of, fate.end, { value: fate.default, origin });
    if (fate.kind === "moved") this.outcome.move(fate.to, toNode(fate.default, origin));
    if (fate.kind !== "kept") return;
    if (fate.default !== undefined) this.#keep(key, toNode(fate.default, origin), fate);
    else {
      this.outcome.faults.add(
        `Cannot do without ${this.path}.${key} because its class has no default for it`,
        origin,
      );
    }
  }

  #keep(key: string, node: Node, { as, read }: { readonly as?: string; readonly read?: Read }): void {
    const value = read && toData(node);
    const now = read && this.#attempt(key, node, () => read(value!));
    if (read && now === undefined) return;
    const isSame = !read || JSON.stringify(now) === JSON.stringify(value);
    this.options.set(as ?? key, isSame ? node : toNode(now, node.origin));
  }

  #check(key: string, node: Node, values: readonly Data[], why: string): void {
    const given = JSON.stringify(toData(node));
    if (values.some((value) => JSON.stringify(value) === given)) return;
    const wanted = values.map(formatValue).join(" or ");
    this.#attempt(key, node, () => {
      throw new ConfigError(`it must be ${wanted || '""'}: ${why}`);
    });
  }

  /** Sets one end of a range; both ends are always set, by defaults if need be. */
  #setEnd(of: string, end: 0 | 1, node: Node): void {
    const there = this.options.get(of)?.value as readonly Node[] | undefined;
    const ends = there ? [...there] : [node, node];
    ends[end] = node;
    this.options.set(of, { value: ends, origin: node.origin });
  }

  #attempt<T>(key: string, node: Node, work: () => T): T | undefined {
    return attempt(this.outcome, `${this.path}.${key}=${formatNode(node)}`, node.origin, work);
  }
}

/** The result of `work`; what it throws is the cause of a fault of `what`. */
function attempt<T>({ faults }: Outcome, what: string, origin: string, work: () => T): T | undefined {
  return faults.attempt(() => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      throw new ConfigError(`Cannot use ${what} because ${error.message}`);
    }
  }, origin);
}
