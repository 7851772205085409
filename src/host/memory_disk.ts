/** A disk in memory, for a host that has none: what a run in a page writes. */
import { byteSource } from "../base/byte_source.ts";
import { concatBytes } from "../base/bytes.ts";
import { DataError, MissingError } from "../base/errors.ts";
import { memoryTree } from "../data/files/memory_tree.ts";
import type { FolderStore } from "../data/types.ts";
import type { DiskFile, Host } from "../setup/host.ts";

/** What a host offers for files. */
export type Disk = Pick<
  Host,
  | "appendBytes"
  | "appendText"
  | "filesBelow"
  | "folderStore"
  | "linkAtomic"
  | "openFile"
  | "openTree"
  | "readFile"
  | "writeAtomic"
  | "writeParts"
>;

/** A file's content, which several names may share. */
interface Content {
  readonly id: number;
  parts: Uint8Array[];
  modified: number;
}

/** Files by path; folders are there as long as they have files. Nothing here fails but for what is missing. */
export function memoryDisk(now: () => number = Date.now): Disk {
  const files = new MemoryFiles(now);
  return {
    appendBytes: async (path, bytes) => await files.append(path, bytes.slice()),
    appendText: async (path, text) => await files.append(path, new TextEncoder().encode(text)),
    filesBelow: (path) => Promise.resolve(files.below(path).map((name) => files.describe(name))),
    folderStore: (root) => storeAt(files, root),
    linkAtomic: async (from, to) => await files.link(from, to),
    openFile: async (path) => await byteSource(path, files.read(path)),
    async openTree(path) {
      const names = await files.below(path), start = clean(path).length + 1;
      if (names.length === 0) throw new DataError(`Cannot open "${path}": there is no such folder`);
      return memoryTree(path, new Map(names.map((name) => [name.slice(start), files.read(name)])));
    },
    readFile: async (path) => await files.read(path),
    writeAtomic: async (path, bytes) => await files.write(path, bytes.slice()),
    async writeParts(path, parts) {
      const all: Uint8Array[] = [];
      for await (const part of parts) all.push(part.slice());
      files.write(path, concatBytes(all));
    },
  };
}

function storeAt(files: MemoryFiles, root: string): FolderStore {
  const at = (path: string) => clean(`${root}/${path}`);
  return {
    async readText(path) {
      const bytes = await files.find(at(path));
      return bytes && new TextDecoder().decode(bytes);
    },
    exists: (path) => Promise.resolve(files.below(at(path)).length > 0),
    async names(path) {
      const names = await files.below(at(path)), start = at(path) === "" ? 0 : at(path).length + 1;
      return [...new Set(names.map((name) => name.slice(start).split("/")[0]))];
    },
    write: async (path, bytes) => await files.write(at(path), bytes.slice()),
    async rename(from, to) {
      for (const name of await files.below(at(from))) {
        files.link(name, at(to) + name.slice(at(from).length));
        files.remove(name);
      }
    },
    async remove(path) {
      for (const name of await files.below(at(path))) files.remove(name);
    },
  };
}

class MemoryFiles {
  readonly #contents = new Map<string, Content>();
  #last = 0;

  constructor(readonly now: () => number) {}

  write(path: string, bytes: Uint8Array): void {
    this.#contents.set(clean(path), { id: ++this.#last, parts: [bytes], modified: this.now() });
  }

  append(path: string, bytes: Uint8Array): void {
    const content = this.#contents.get(clean(path));
    if (content === undefined) return this.write(path, bytes);
    content.parts.push(bytes);
    content.modified = this.now();
  }

  find(path: string): Uint8Array | undefined {
    const content = this.#contents.get(clean(path));
    if (content === undefined) return undefined;
    if (content.parts.length > 1) content.parts = [concatBytes(content.parts)];
    return content.parts[0];
  }

  /** @throws MissingError */
  read(path: string): Uint8Array {
    const bytes = this.find(path);
    if (bytes !== undefined) return bytes;
    throw new MissingError(`Cannot read "${path}": there is no such file`);
  }

  /** Gives the content another name. @throws MissingError */
  link(from: string, to: string): void {
    this.read(from);
    this.#contents.set(clean(to), this.#contents.get(clean(from))!);
  }

  remove(path: string): void {
    this.#contents.delete(clean(path));
  }

  /** The path itself where it is a file, or all below it. */
  below(path: string): string[] {
    const top = clean(path);
    return [...this.#contents.keys()].filter((name) =>
      top === "" || name === top || name.startsWith(`${top}/`)
    );
  }

  describe(path: string): DiskFile {
    const { id, modified } = this.#contents.get(path)!;
    const names = [...this.#contents.values()].filter((content) => content.id === id).length;
    return { path, bytes: this.read(path).length, id: `${id}`, names, modified };
  }
}

/** A path without empty parts, "." and a slash at its end. */
function clean(path: string): string {
  return path.split("/").filter((part) => part !== "" && part !== ".").join("/");
}
