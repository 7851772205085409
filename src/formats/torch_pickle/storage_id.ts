/**
 * Storages appear in a pickle as ("storage", class, key, device, length) and, before PyTorch 1.6, a view of another.
 */
import { Callable, PickledStorage, PickleFault, type PickleValue } from "./values.ts";

/** The storage with an id. @throws PickleFault if the id is not one of a storage */
export function storageOf(id: PickleValue): PickledStorage {
  if (!Array.isArray(id)) throw notStorage();
  const [kind, type, key, , length, view] = id;
  const dtype = type instanceof Callable ? type.dtype : undefined;
  const isKey = typeof key === "string" || typeof key === "number";
  if (kind !== "storage" || dtype === undefined || !isKey || !isLength(length)) throw notStorage();
  if (!Array.isArray(view)) return new PickledStorage(String(key), dtype, length);
  const [, start, size] = view;
  if (!isLength(start) || !isLength(size) || start + size > length) throw notStorage();
  return new PickledStorage(String(key), dtype, size, start);
}

function isLength(value: PickleValue | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function notStorage(): PickleFault {
  return new PickleFault("its pickle names a storage in an unknown way; copy the file again");
}
