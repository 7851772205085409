/**
 * torch.save's format since PyTorch 1.6: a .zip with uncompressed entries. `NAME/data.pkl` is the pickle,
 * `NAME/data/KEY` are the values of a storage. Checksums are not verified because torch.save may omit them.
 */
import type { ByteSource } from "../../base/byte_source.ts";
import { readZipDirectory, type ZipEntry } from "../../base/zip_directory.ts";
import { arrayClasses } from "../tensor_data.ts";
import { type Contents, MOST_PICKLE_BYTES } from "./contents.ts";
import { CutOff, PickleFault, type PickleValue } from "./values.ts";
import { storageOf } from "./storage_id.ts";
import { unpickle } from "./unpickle.ts";

const LOCAL = 0x04034b50, LOCAL_SIZE = 30, STORED = 0;

/** Reads the pickle of a .zip and locates its storages. @throws PickleFault, or DataError if the .zip is damaged */
export async function openZipForm(source: ByteSource): Promise<Contents> {
  const { entries } = await readZipDirectory(source);
  const pickles = [...entries.keys()].filter((path) => /^([^/]+\/)?data\.pkl$/.test(path));
  if (pickles.length !== 1) {
    const paths = [...entries.keys()];
    throw new PickleFault(
      paths.length > 0 && paths.every((path) => path.endsWith(".npy"))
        ? "it is a .npz of NumPy arrays; save them with torch.save({name: torch.from_numpy(array), ...}, PATH)"
        : "it is a .zip without data.pkl; need a file written by torch.save",
    );
  }
  const folder = pickles[0].slice(0, -"data.pkl".length);
  if (entries.has(`${folder}constants.pkl`)) {
    throw new PickleFault(
      "it is a TorchScript program; save its state dict with torch.save(model.state_dict(), PATH)",
    );
  }
  await refuseBigEndian(source, entries.get(`${folder}byteorder`));
  const pickle = entries.get(pickles[0])!;
  if (pickle.size > MOST_PICKLE_BYTES) {
    throw new PickleFault(
      `its data.pkl must have at most ${MOST_PICKLE_BYTES} bytes, current size is ${pickle.size}`,
    );
  }
  const keys = new Set<string>();
  const load = (id: PickleValue) => {
    const storage = storageOf(id);
    const entry = entries.get(`${folder}data/${storage.key}`);
    const bytes = (storage.start + storage.length) * arrayClasses[storage.dtype].BYTES_PER_ELEMENT;
    if (entry === undefined || entry.size < bytes) throw new CutOff();
    keys.add(storage.key);
    return storage;
  };
  const bytes = await source.read(await dataStart(source, pickle), pickle.size);
  const { value } = unpickle(bytes, 0, load);
  const places = new Map<string, number>();
  for (const key of keys) {
    places.set(key, await dataStart(source, entries.get(`${folder}data/${key}`)!));
  }
  return { value, place: (key) => places.get(key)! };
}

async function refuseBigEndian(source: ByteSource, entry: ZipEntry | undefined): Promise<void> {
  if (entry === undefined || entry.size > 16) return; // little-endian: files from before this entry existed
  const order = new TextDecoder().decode(await source.read(await dataStart(source, entry), entry.size));
  if (order.trim() === "little") return;
  throw new PickleFault(`its numbers are ${order.trim()}-endian; save it on a little-endian machine`);
}

/** Offset of an entry's bytes, after its local header, whose length is not in the directory. */
async function dataStart(
  source: ByteSource,
  { path, offset, method, size, packedSize }: ZipEntry,
): Promise<number> {
  if (method !== STORED || size !== packedSize) {
    throw new PickleFault(
      `its entry "${path}" is compressed; save it with torch.save, which does not compress`,
    );
  }
  if (offset + LOCAL_SIZE > source.size) throw new CutOff();
  const header = await source.read(offset, LOCAL_SIZE);
  const view = new DataView(header.buffer, header.byteOffset, LOCAL_SIZE);
  if (view.getUint32(0, true) !== LOCAL) throw new CutOff();
  const start = offset + LOCAL_SIZE + view.getUint16(26, true) + view.getUint16(28, true);
  if (start + size > source.size) throw new CutOff();
  return start;
}
