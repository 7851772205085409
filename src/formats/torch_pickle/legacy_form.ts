/**
 * torch.save's format before PyTorch 1.6, and with `_use_new_zipfile_serialization=False`: five pickles (a magic
 * number, a version, the machine that wrote it, the object, the keys of its storages), then for each key its length
 * as eight bytes and its values.
 */
import type { ByteSource } from "../../base/byte_source.ts";
import { arrayClasses } from "../tensor_data.ts";
import { type Contents, MOST_PICKLE_BYTES } from "./contents.ts";
import { holdsArrays, OF_ARRAYS } from "./tensors_in.ts";
import { storageOf } from "./storage_id.ts";
import { unpickle } from "./unpickle.ts";
import { CutOff, type PickledStorage, PickleFault, type PickleValue } from "./values.ts";

const MAGIC = 0x1950a86a20f9469cfc6cn, VERSION = 1001;
/** Bytes to read at first; pickles are small compared to the values. */
const FIRST_BYTES = 2 ** 18;

/** Reads the pickles of a legacy file and locates its storages. @throws PickleFault */
export async function openLegacyForm(source: ByteSource): Promise<Contents> {
  const { value, keys, storages, end } = await readPickles(source);
  const places = new Map<string, number>();
  let at = end;
  for (const key of keys) {
    const storage = storages.get(String(key));
    if (storage === undefined || at + 8 > source.size) throw new CutOff();
    const header = await source.read(at, 8);
    const length = new DataView(header.buffer, header.byteOffset, 8).getBigUint64(0, true);
    const bytes = Number(length) * arrayClasses[storage.dtype].BYTES_PER_ELEMENT;
    if (Number(length) < storage.start + storage.length || at + 8 + bytes > source.size) throw new CutOff();
    places.set(String(key), at + 8);
    at += 8 + bytes;
  }
  const lost = [...storages.keys()].find((key) => !places.has(key));
  if (lost !== undefined) throw new CutOff();
  return { value, place: (key) => places.get(key)! };
}

interface Pickles {
  readonly value: PickleValue;
  readonly keys: readonly PickleValue[];
  /** By key, each with the largest extent that is used. */
  readonly storages: ReadonlyMap<string, PickledStorage>;
  /** The offset after the last pickle. */
  readonly end: number;
}

/** Reads until all pickles are complete, doubling the number of bytes each time. */
async function readPickles(source: ByteSource): Promise<Pickles> {
  const most = Math.min(source.size, MOST_PICKLE_BYTES);
  await requireMagic(source);
  for (let size = Math.min(FIRST_BYTES, most);; size = Math.min(2 * size, most)) {
    try {
      return parsePickles(await source.read(0, size));
    } catch (error) {
      if (!(error instanceof CutOff) || size === most) throw error;
    }
  }
}

/** Enough for the magic number, and for the names in other pickles. */
const HEAD_BYTES = 4096;

/** The first pickle tells files of torch.save from all others, however large those are. @throws PickleFault */
async function requireMagic(source: ByteSource): Promise<void> {
  const head = await source.read(0, Math.min(HEAD_BYTES, source.size));
  if (head.length < HEAD_BYTES || isMagic(head)) return;
  throw new PickleFault(
    new TextDecoder("latin1").decode(head).includes("numpy") ? OF_ARRAYS : NOT_SAVED_BY_TORCH,
  );
}

function isMagic(head: Uint8Array): boolean {
  try {
    return unpickle(head).value === MAGIC;
  } catch (error) {
    if (error instanceof PickleFault) return false;
    throw error;
  }
}

const NOT_SAVED_BY_TORCH =
  "it is a pickle that torch.save did not write; need a state dict written by torch.save";

function parsePickles(bytes: Uint8Array): Pickles {
  const magic = unpickle(bytes);
  if (magic.value !== MAGIC) throw new PickleFault(holdsArrays(magic.value) ? OF_ARRAYS : NOT_SAVED_BY_TORCH);
  const version = unpickle(bytes, magic.end);
  if (version.value !== VERSION) throw new PickleFault(NOT_SAVED_BY_TORCH);
  const machine = unpickle(bytes, version.end);
  if (machine.value instanceof Map && machine.value.get("little_endian") === false) {
    throw new PickleFault("its numbers are big-endian; save it on a little-endian machine");
  }
  const storages = new Map<string, PickledStorage>();
  const load = (id: PickleValue) => {
    const storage = storageOf(id), known = storages.get(storage.key);
    if (known && known.dtype !== storage.dtype) {
      throw new PickleFault("it gives a storage two dtypes; save it again");
    }
    const isFurther = !known || known.start + known.length < storage.start + storage.length;
    if (isFurther) storages.set(storage.key, storage);
    return storage;
  };
  const { value, end } = unpickle(bytes, machine.end, load);
  const keys = unpickle(bytes, end);
  if (!Array.isArray(keys.value)) throw new PickleFault("it has no list of storages; copy the file again");
  return { value, keys: keys.value, storages, end: keys.end };
}
