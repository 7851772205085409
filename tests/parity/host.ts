/** A host for the tests of parity: real files and the real GPU, but lines are kept, and files can be changed. */
import { readSafetensors, type StoredTensor, writeSafetensors } from "../../src/formats/safetensors.ts";
import { folderStore, openTree } from "../../src/host/deno_files.ts";
import { openGpu } from "../../src/host/deno_gpu.ts";
import type { FileTree } from "../../src/data/types.ts";
import type { ParityHost } from "../../src/tasks/parity.ts";

const project = new URL("../../", import.meta.url);

/** The path of a folder that is given relative to the project. */
export function inProject(folder: string): string {
  return new URL(folder, project).pathname;
}

/** The project's own cases. */
export const FIXTURES: string = inProject("tests/fixtures/parity");

/** Changes the bytes of files by name. */
export type Changes = Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>>;

/** A host and what was printed and written. */
export interface TestHost extends ParityHost {
  readonly lines: string[];
  readonly written: Map<string, Uint8Array>;
}

/** Makes a host that reads files as `changes` leaves them. */
export function testHost(changes: Changes = {}): TestHost {
  const lines: string[] = [], written = new Map<string, Uint8Array>();
  return {
    lines,
    written,
    signal: new AbortController().signal,
    folderStore,
    openGpu,
    openTree: async (path, cure) => changed(await openTree(path, cure), changes),
    writeAtomic(path, bytes) {
      written.set(path, bytes);
      return Promise.resolve();
    },
    print: (line) => lines.push(line),
  };
}

function changed(tree: FileTree, changes: Changes): FileTree {
  return {
    ...tree,
    read: async (path) => (changes[path] ?? ((bytes) => bytes))(await tree.read(path)),
  };
}

/** A change of a JSON file's value, in place. */
// deno-lint-ignore no-explicit-any
export function json(change: (value: any) => void): (bytes: Uint8Array) => Uint8Array {
  return (bytes) => {
    const value = JSON.parse(new TextDecoder().decode(bytes));
    change(value);
    return new TextEncoder().encode(JSON.stringify(value));
  };
}

/** A change of one value of one tensor of a safetensors file. */
export function tensorValue(
  name: string,
  index: number,
  change: (value: number) => number,
): (bytes: Uint8Array) => Uint8Array {
  return (bytes) => {
    const { tensors } = readSafetensors(bytes);
    const { data, ...rest } = tensors.get(name)!;
    const values = data.slice() as Float32Array;
    values[index] = change(values[index]);
    return writeSafetensors(tensors.set(name, { ...rest, data: values } as StoredTensor));
  };
}
