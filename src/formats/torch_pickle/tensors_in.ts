/** Finds the tensors in what torch.save has written, however they are wrapped. */
import { Inert, PickledTensor, PickleFault, type PickleValue } from "./values.ts";

/** Limit on the nested containers that are searched; checkpoints have three or four. */
const MOST_LEVELS = 8;

/**
 * All tensors in nested dicts and lists, each by the keys that lead to it, joined by dots:
 * `state_dict.model.conv1.weight`. A container that appears several times is searched once.
 * @throws PickleFault if two tensors have the same name, or there is none
 */
export function tensorsIn(value: PickleValue): Map<string, PickledTensor> {
  const tensors = new Map<string, PickledTensor>(), seen = new Set<PickleValue>();
  const visit = (value: PickleValue, name: string, level: number) => {
    if (value instanceof PickledTensor) {
      if (tensors.has(name)) throw new PickleFault(`it has two tensors with the name ${shown(name)}`);
      tensors.set(name, value);
      return;
    }
    if (seen.has(value) || level === MOST_LEVELS) return;
    seen.add(value);
    for (const [key, item] of itemsOf(value)) visit(item, name === "" ? key : `${name}.${key}`, level + 1);
  };
  visit(value, "", 0);
  if (tensors.size > 0 && !tensors.has("")) return tensors;
  throw new PickleFault(whyNone(value));
}

/** What a dict or a list holds, by key or position; nothing for other values. */
function* itemsOf(value: PickleValue): Generator<[string, PickleValue]> {
  if (Array.isArray(value)) { for (const [i, item] of value.entries()) yield [String(i), item]; }
  if (!(value instanceof Map)) return;
  for (const [key, item] of value) {
    if (typeof key === "string" || typeof key === "number") yield [String(key), item];
  }
}

/** Why there are no tensors in a pickle of NumPy arrays. */
export const OF_ARRAYS = "it is a pickle of NumPy arrays, not of tensors; " +
  "save them with torch.save({name: torch.from_numpy(array), ...}, PATH)";

function whyNone(value: PickleValue): string {
  if (holdsArrays(value)) return OF_ARRAYS;
  if (!(value instanceof Map) && !Array.isArray(value)) {
    return "it does not contain a dict; need a state dict, or a checkpoint with one";
  }
  const keys = [...itemsOf(value)].slice(0, 8).map(([key]) => shown(key));
  return `it contains no tensors; its keys are ${keys.join(", ") || "none"}`;
}

/** True if NumPy's arrays are there, or in dicts and lists near the top. */
export function holdsArrays(value: PickleValue, levels = 3): boolean {
  if (value instanceof Inert) return value.name.startsWith("numpy.");
  return levels > 0 && [...itemsOf(value)].some(([, item]) => holdsArrays(item, levels - 1));
}

function shown(name: string): string {
  return JSON.stringify(name.slice(0, 40));
}
