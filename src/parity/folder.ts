/** A folder of reference cases: JSON tables and the tensors that they name. All of it is validated. */
import type * as z from "zod";
import { DataError } from "../base/errors.ts";
import { readSafetensors, type StoredTensor, toFloat32 } from "../formats/safetensors.ts";
import type { Host } from "../setup/host.ts";

/** A folder's files. */
export interface CaseFolder {
  readonly name: string;
  /** Names of all files, sorted. */
  readonly files: readonly string[];
  /** A JSON file's content. @throws DataError if it does not match the schema */
  json<Schema extends z.ZodType>(file: string, schema: Schema): Promise<z.output<Schema>>;
  /** The raw bytes of a file. @throws DataError if it is missing */
  bytes(file: string): Promise<Uint8Array>;
  /** A safetensors file's tensors. @throws DataError if it is missing or broken */
  tensors(file: string): Promise<CaseTensors>;
}

/** The tensors of a file by name. */
export interface CaseTensors {
  readonly names: readonly string[];
  /** @throws DataError if there is no such tensor */
  get(name: string): StoredTensor;
  /** The values of a tensor, in row-major order. @throws DataError if there is no such tensor */
  values(name: string): ArrayLike<number>;
}

/** Opens a folder or an archive. @throws DataError if it does not exist */
export async function openFolder(host: Pick<Host, "openTree">, name: string): Promise<CaseFolder> {
  const cure = "give a folder written by tests/fixtures/make.py, such as tests/fixtures/parity";
  const tree = await host.openTree(name, cure);
  const files = await tree.paths();
  const read = (file: string) => {
    if (files.includes(file)) return tree.read(file);
    throw new DataError(`Cannot run parity: ${name} has no ${file}, which its cases need`);
  };
  return {
    name,
    files,
    bytes: read,
    async json(file, schema) {
      const parsed = schema.safeParse(parseJson(`${name}/${file}`, await read(file)));
      if (parsed.success) return parsed.data;
      const { path, message } = parsed.error.issues[0];
      throw new DataError(`Cannot run parity: ${name}/${file} is broken at ${path.join(".")}: ${message}`);
    },
    tensors: async (file) => tensorsOf(`${name}/${file}`, await read(file)),
  };
}

function parseJson(path: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new DataError(`Cannot run parity: ${path} is not JSON: ${(cause as Error).message}`, { cause });
  }
}

function tensorsOf(path: string, bytes: Uint8Array): CaseTensors {
  let tensors: Map<string, StoredTensor>;
  try {
    tensors = readSafetensors(bytes).tensors;
  } catch (cause) {
    throw new DataError(`Cannot run parity: ${path} is broken: ${(cause as Error).message}`, { cause });
  }
  const get = (name: string) => {
    const tensor = tensors.get(name);
    if (tensor) return tensor;
    throw new DataError(`Cannot run parity: ${path} has no tensor "${name}", which a case names`);
  };
  return {
    names: [...tensors.keys()],
    get,
    values(name) {
      const tensor = get(name);
      return tensor.dtype === "F64" ? tensor.data : toFloat32(tensor);
    },
  };
}
