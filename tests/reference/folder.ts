/**
 * Where the reference cases lie: the project's own small set and, beside a checkout that has it, the large one.
 * A test that needs them runs once per folder, and is ignored with the reason in its name where one lacks.
 */
import { readSafetensors, type StoredTensor } from "../../src/formats/safetensors.ts";

const project = new URL("../../", import.meta.url);

/** The project's own small set, and the large one; both relative to the project. */
export const SMALL_SET = "tests/fixtures/parity", LARGE_SET = "../shared/reference";

const folders = [SMALL_SET, LARGE_SET];

/** One folder of reference cases. */
export interface ReferenceFolder {
  /** The folder, relative to the project. */
  name: string;
  /** A JSON file's content. */
  json<T>(file: string): T;
  /** A file's bytes. */
  bytes(file: string): Uint8Array;
  /** A safetensors file's tensors. */
  tensors(file: string): Map<string, StoredTensor>;
}

/** The folder `name`, relative to the project. */
function open(name: string): ReferenceFolder {
  const path = (file: string) => new URL(`${name}/${file}`, project);
  const bytes = (file: string) => Deno.readFileSync(path(file));
  return {
    name,
    bytes,
    json: (file) => JSON.parse(Deno.readTextFileSync(path(file))),
    tensors: (file) => readSafetensors(bytes(file)).tensors,
  };
}

/** True if there is such a file or folder. */
export function exists(path: URL | string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Registers the test `name` once for each folder; ignored where the folder has no `file`. */
export function referenceTest(
  name: string,
  file: string,
  test: (folder: ReferenceFolder) => void,
  among: readonly string[] = folders,
): void {
  for (const folder of among) {
    const ignore = !exists(new URL(`${folder}/${file}`, project));
    const reason = ignore ? ` (ignored: no ${folder}/${file})` : "";
    Deno.test({ name: `${name}, by ${folder}${reason}`, ignore, fn: () => test(open(folder)) });
  }
}
