import { ConfigError } from "../base/errors.ts";

/** A configuration value, as YAML has it. */
export type Value = null | boolean | number | string | Value[] | ValueMap;

/** A map of configuration values. */
export interface ValueMap {
  [key: string]: Value;
}

/** True for a map, false for null, lists and scalars. */
export function isMap(value: unknown): value is ValueMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `over` laid on `under`: maps merge key by key, anything else is replaced. Neither argument is changed. */
export function merge(under: Value | undefined, over: Value): Value {
  if (!isMap(over)) return over;
  const merged: ValueMap = isMap(under) ? { ...under } : {};
  for (const [key, value] of Object.entries(over)) {
    merged[key] = merge(Object.hasOwn(merged, key) ? merged[key] : undefined, value);
  }
  return merged;
}

/** The value as a tree below the keys of `path`: (["a", "b"], 1) is `{ a: { b: 1 } }`. */
export function nest(path: readonly string[], value: Value): Value {
  return path.reduceRight<Value>((inner, key) => ({ [key]: inner }), value);
}

/** The value at `path` below `root`, or undefined; list positions are numbers or digits. */
export function valueAt(root: Value | undefined, path: readonly PropertyKey[]): Value | undefined {
  return path.reduce<Value | undefined>((node, key) => {
    if (typeof node !== "object" || node === null || !Object.hasOwn(node, key)) return undefined;
    return (node as ValueMap)[key as string];
  }, root);
}

/** Freezes `root` and everything below it. */
export function deepFreeze<T>(root: T): T {
  if (typeof root === "object" && root !== null && !Object.isFrozen(root)) {
    Object.freeze(root);
    Object.values(root).forEach(deepFreeze);
  }
  return root;
}

/** Throws if a key anywhere in `value` would set a prototype instead of a key. */
export function refusePrototypes(value: Value): void {
  if (typeof value !== "object" || value === null) return;
  if (Object.hasOwn(value, "__proto__")) {
    throw new ConfigError("Cannot use __proto__ as a key: choose another name");
  }
  Object.values(value).forEach(refusePrototypes);
}
