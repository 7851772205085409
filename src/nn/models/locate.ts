/**
 * Finds networks in a file of weights by the names and shapes of its tensors: whatever comes before the names, as
 * wrappers of modules and keys of checkpoints do, and under the names that other libraries use.
 */
import { sameShape, type Shape } from "../../base/shape.ts";
import { declareLayers, headOf } from "../declare_layers.ts";
import type { Layer } from "../layers/mod.ts";
import { huggingFaceBackboneName, huggingFaceName } from "./hugging_face.ts";

/** A network to look for. */
export interface Wanted {
  readonly name: string;
  readonly layers: readonly Layer[];
}

/** A network in a file. */
export interface Located<W extends Wanted, T> {
  readonly network: W;
  /** What comes before the network's names in the file: `state_dict.module.`. */
  readonly prefix: string;
  /**
   * Tensors by torchvision's names: the network's own and, under the file's names, those that are in its modules but
   * not in the network.
   */
  readonly tensors: ReadonlyMap<string, T>;
  /** The file's names of these tensors. */
  readonly used: ReadonlySet<string>;
  /** Tensors of the network without its head: those that are missing, or have another shape. */
  readonly faults: number;
}

/** Ways to name the tensors of a network; the first is torchvision's. */
const spellings: readonly ((name: string) => string)[] = [
  (name) => name,
  huggingFaceName,
  huggingFaceBackboneName,
];

/** Limit on the length of a name that is looked at. */
const LONGEST_NAME = 512;

/** Counts the batches of each norm of PyTorch; without a shape, since only statistics tell networks apart. */
const COUNTER = "num_batches_tracked";

/**
 * Every place in a file where tensors have names of a network, the best match first: most tensors of the same shape,
 * fewest that are missing. Of the networks that match at one place only the best is returned.
 */
export function locate<W extends Wanted, T extends { readonly shape: Shape }>(
  tensors: ReadonlyMap<string, T>,
  networks: readonly W[],
): Located<W, T>[] {
  const matches = networks.flatMap((network) => {
    const parts = partsOf(network.layers);
    return spellings.flatMap((spell) => matchesOf(tensors, parts, spell))
      .map((match) => ({ ...match, network, parts }));
  });
  const best = matches.toSorted((a, b) => b.fit - a.fit).filter(({ prefix, spell }, i, all) =>
    i === all.findIndex((other) => other.prefix === prefix && other.spell === spell)
  );
  return best.map(({ network, prefix, parts, spell, faults }) => {
    return { network, prefix, faults, ...named(tensors, parts, { prefix, spell }) };
  });
}

/** The tensors of a network: those of its head, and all others with their shapes, which do not depend on the classes. */
interface Parts {
  readonly head: readonly string[];
  readonly body: ReadonlyMap<string, Shape>;
  readonly counters: readonly string[];
}

function partsOf(layers: readonly Layer[]): Parts {
  const declared = declareLayers(layers), head = headOf(declared).parameters;
  const { parameters, buffers } = declared;
  const body = [...parameters, ...buffers].filter(({ name }) => !head.includes(name));
  const variances = buffers.map(({ name }) => name).filter((name) => name.endsWith(".running_var"));
  return {
    head,
    body: new Map(body.map(({ name, declaration }) => [name, declaration.torchShape])),
    counters: variances.map((name) => name.replace("running_var", COUNTER)),
  };
}

interface Place {
  readonly prefix: string;
  readonly spell: (name: string) => string;
}

/** The prefixes under which a network's tensors have names of one spelling. */
function matchesOf(
  tensors: ReadonlyMap<string, { readonly shape: Shape }>,
  { body }: Parts,
  spell: Place["spell"],
): (Place & { readonly fit: number; readonly faults: number })[] {
  const shapes = new Map([...body].map(([name, shape]) => [spell(name), shape]));
  const same = new Map<string, number>(), other = new Map<string, number>();
  for (const [name, tensor] of tensors) {
    if (name.length > LONGEST_NAME) continue;
    for (let at = 0; at >= 0 && at < name.length; at = name.indexOf(".", at) + 1 || -1) {
      const shape = shapes.get(name.slice(at));
      if (shape === undefined) continue;
      const prefix = name.slice(0, at), count = sameShape(shape, tensor.shape) ? same : other;
      count.set(prefix, (count.get(prefix) ?? 0) + 1);
    }
  }
  return [...new Set([...same.keys(), ...other.keys()])].map((prefix) => {
    const fitting = same.get(prefix) ?? 0, missing = body.size - fitting - (other.get(prefix) ?? 0);
    return { prefix, spell, fit: fitting - missing, faults: body.size - fitting };
  });
}

/** The tensors at a place by torchvision's names. */
function named<T>(
  tensors: ReadonlyMap<string, T>,
  { head, body, counters }: Parts,
  { prefix, spell }: Place,
): { tensors: Map<string, T>; used: Set<string> } {
  const found = new Map<string, T>(), used = new Set<string>();
  const add = (name: string, inFile: string, tensor = tensors.get(inFile)) => {
    if (tensor === undefined || used.has(inFile)) return;
    found.set(name, tensor);
    used.add(inFile);
  };
  for (const name of [...body.keys(), ...head, ...counters]) add(name, prefix + spell(name));
  const modules = new Set([...body.keys()].map((name) => moduleOf(spell(name))));
  for (const inFile of tensors.keys()) {
    const rest = inFile.slice(prefix.length);
    if (inFile.startsWith(prefix) && modules.has(moduleOf(rest))) add(rest, inFile);
  }
  return { tensors: found, used };
}

/** The outermost module of a tensor. */
function moduleOf(name: string): string {
  return name.split(".", 1)[0];
}
