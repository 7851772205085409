/**
 * Determines which layers run in one pass, and in which order, once from a list of layers.
 *
 * A layer is fused with those that follow it if its kind supports that and no other layer reads the outputs in
 * between: convolution, batch norm, sum and ReLU end a residual block in one pass. Of a layer's inputs the last is
 * computed first, so that a block's shortcut is done before its path, and the memory of what both read is free again
 * as soon as the path has begun.
 */
import { INPUT, type Unit } from "./layers/layer.ts";
import { kindOf, type Layer } from "./layers/mod.ts";

/**
 * The units of a network in execution order.
 * @param kept names of layers whose outputs are needed, so that none of them is inside a unit
 * @throws RangeError if the layers do not form a network
 */
export function planUnits(layers: readonly Layer[], kept: ReadonlySet<string> = new Set()): Unit<Layer>[] {
  const readers = readersOf(layers);
  requireNetwork(layers, readers);
  const units = new Map<string, Unit<Layer>>(), taken = new Set<string>();
  for (const layer of layers) {
    if (taken.has(layer.name)) continue;
    const unit = unitFrom(layer, readers, kept, taken);
    for (const { name } of unit.followers) taken.add(name);
    units.set(unit.name, unit);
  }
  return inOrder(units, layers.at(-1)!.name);
}

/** The layers that read each layer, and the input; one that reads it twice is listed twice. */
export function readersOf(layers: readonly Layer[]): ReadonlyMap<string, readonly Layer[]> {
  const edges = layers.flatMap((layer) => layer.inputs.map((input) => ({ input, layer })));
  const groups = Map.groupBy(edges, ({ input }) => input);
  return new Map([...groups].map(([input, edges]) => [input, edges.map(({ layer }) => layer)]));
}

/** A layer with as many of the following layers as its kind can fuse. */
function unitFrom(
  layer: Layer,
  readers: ReturnType<typeof readersOf>,
  kept: ReadonlySet<string>,
  taken: ReadonlySet<string>,
): Unit<Layer> {
  const followed = (kinds: readonly string[]) => {
    const run: Layer[] = [layer];
    for (const kind of kinds) {
      const { name } = run.at(-1)!, [next, ...others] = readers.get(name) ?? [];
      const isAlone = next?.kind === kind && others.length === 0 && !kept.has(name) && !taken.has(next.name);
      if (!isAlone) return [];
      run.push(next);
    }
    return run.slice(1);
  };
  const runs = (kindOf(layer).fuses ?? []).map(followed);
  const followers = runs.reduce((longest, run) => run.length > longest.length ? run : longest, []);
  const inside = new Set([layer, ...followers].map(({ name }) => name));
  const others = followers.flatMap(({ inputs }) => inputs.filter((input) => !inside.has(input)));
  return { layer, followers, inputs: [...layer.inputs, ...others], name: (followers.at(-1) ?? layer).name };
}

/** Each unit after those that it reads, of which the last comes first. */
function inOrder(units: ReadonlyMap<string, Unit<Layer>>, last: string): Unit<Layer>[] {
  const order = new Set<Unit<Layer>>();
  const visit = (name: string) => {
    const unit = units.get(name);
    if (unit === undefined || order.has(unit)) return;
    unit.inputs.toReversed().forEach(visit);
    order.add(unit);
  };
  visit(last);
  return [...order];
}

/**
 * @throws RangeError for a duplicate name, an input that no previous layer outputs, an output that is never read, or
 * an empty list
 */
function requireNetwork(layers: readonly Layer[], readers: ReturnType<typeof readersOf>): void {
  if (layers.length === 0) throw new RangeError("Cannot build a network: it has no layers");
  const known = new Set([INPUT]);
  for (const { name, inputs } of layers) {
    const unknown = inputs.find((input) => !known.has(input));
    if (unknown !== undefined) {
      throw new RangeError(
        `Cannot build a network: ${name} reads ${unknown}, which no previous layer outputs`,
      );
    }
    if (known.has(name)) throw new RangeError(`Cannot build a network: two layers are named ${name}`);
    known.add(name);
  }
  const unread = layers.slice(0, -1).find(({ name }) => !readers.has(name));
  if (unread) throw new RangeError(`Cannot build a network: no layer reads ${unread.name}`);
}
