/**
 * An archive as a FileTree: .zip, .tar, and .tar.gz, which is unpacked once. An archive in an archive is a folder of
 * its name without the ending.
 */
import { append } from "../../../base/lists.ts";
import { archiveError } from "../../../base/archive_entry.ts";
import { partOf } from "../../../base/byte_source.ts";
import { DataError } from "../../../base/errors.ts";
import type { FileTree, IgnoredFile } from "../../types.ts";
import { foldersOf } from "../memory_tree.ts";
import { compareCodePoints, isHidden, join } from "../paths.ts";
import type { Contents, Member } from "./contents.ts";
import { archiveFormat, isArchiveName, withoutArchiveEnding } from "./format.ts";
import { readMember, readMemberHead } from "./member.ts";
import { tarContents } from "./tar.ts";
import { type ArchiveFile, gunzip, type Keep, keepInBlob, unzip } from "./unpack.ts";
import { packedPart, zipContents, type ZipLimits } from "./zip.ts";
import { STORED } from "./zip_methods.ts";

/** How to open an archive. */
export interface ArchiveOptions extends Partial<ZipLimits> {
  /** Keeps what must be unpacked whole; default: in memory. */
  readonly keep?: Keep;
}

/** Archives in archives in an archive are read, and none deeper, so that none can unpack itself for ever. */
const MOST_LEVELS = 3;
/** What is unpacked whole may have so many times the bytes of the file that it comes from, and this much at least. */
const MOST_TIMES = 200, FREE_BYTES = 2 ** 20;

/** A file of the tree: where it is in which file. */
interface Found extends Member {
  readonly file: ArchiveFile;
}

/** What is in an archive and in those in it. */
interface Findings {
  readonly files: Map<string, Found>;
  readonly folders: string[];
  readonly faults: IgnoredFile[];
}

/**
 * Opens an archive: .zip, .tar or .tar.gz, by its content. Inner archives that cannot be read, symbolic links and
 * devices are among the tree's faults.
 *
 * @throws DataError if it is no archive, of another kind, damaged, or encrypted, contains a path that is absolute or
 * climbs with "..", or unpacks to too much; `read` throws one if a file is missing, exceeds the limits, or does not
 * match its checksum
 */
export async function archiveTree(file: ArchiveFile, options: ArchiveOptions = {}): Promise<FileTree> {
  const { files, folders, faults } = await new Reader(file, options).read(file, MOST_LEVELS);
  const paths = [...files.keys()].sort(compareCodePoints), { name } = file.source;
  const find = (path: string) => {
    const found = files.get(path);
    if (found !== undefined) return found;
    throw new DataError(`Cannot read "${path}": "${name}" has no such file`);
  };
  const place = (path: string) => {
    const { file: { source, origin, start = 0 }, part, ...entry } = find(path);
    return {
      source: origin!,
      name: source.name,
      part: { offset: start + part.offset, size: part.size },
      ...entry,
    };
  };
  return {
    name,
    paths: () => Promise.resolve(paths),
    folders: () => Promise.resolve(foldersOf(paths, folders)),
    faults: () => Promise.resolve(faults.sort((a, b) => compareCodePoints(a.path, b.path))),
    read: async (path) => {
      const found = find(path);
      return await readMember(found.file.source, found, options);
    },
    head: async (path, length) => {
      const found = find(path);
      return await readMemberHead(found.file.source, found, length, options);
    },
    ...(file.origin === undefined ? {} : { place }),
  };
}

/** Reads an archive's directory and those of the archives in it. */
class Reader {
  /** Bytes that may still be unpacked whole. */
  #budget: number;
  readonly #keep: Keep;

  constructor({ source }: ArchiveFile, { keep = keepInBlob }: ArchiveOptions) {
    this.#budget = Math.max(FREE_BYTES, MOST_TIMES * source.size);
    this.#keep = keep;
  }

  /** What is in `file`, with archives in it up to `levels` deep. */
  async read(file: ArchiveFile, levels: number): Promise<Findings> {
    const { source } = file;
    switch (await archiveFormat(source)) {
      case "zip":
        return await this.#withInner(file, await zipContents(source), levels);
      case "tar":
        return await this.#withInner(file, await tarContents(source), levels);
      case "gzip": {
        const tar = await this.#unpack(source.name, "gzip", () => gunzip(source));
        if (await archiveFormat(tar.source) === "tar") {
          return await this.#withInner(tar, await tarContents(tar.source), levels);
        }
        throw archiveError(source, "it is a gzip file of something else than a .tar; unpack it");
      }
      case undefined:
        throw archiveError(source, "it is no .zip, .tar or .tar.gz, or is truncated");
    }
  }

  async #withInner(file: ArchiveFile, contents: Contents, levels: number): Promise<Findings> {
    const { files: members, folders: named } = contents;
    const files = new Map<string, Found>(), folders = [...named], faults = [...contents.faults];
    const taken = new Set(foldersOf([...members.keys()], named));
    for (const [path, member] of members) {
      if (!isArchiveName(path) || isHidden(path)) {
        files.set(path, { file, ...member });
        continue;
      }
      const bare = withoutArchiveEnding(path), folder = taken.has(bare) || members.has(bare) ? path : bare;
      const name = `${file.source.name}/${path}`;
      taken.add(folder);
      try {
        if (levels === 1) throw archiveError({ name }, `archives are read ${MOST_LEVELS} deep`);
        const inner = await this.read(await this.#innerFile(file, name, member), levels - 1);
        for (const [below, found] of inner.files) files.set(join(folder, below), found);
        folders.push(folder, ...inner.folders.map((below) => join(folder, below)));
        append(faults, inner.faults.map((fault) => ({ ...fault, path: join(folder, fault.path) })));
      } catch (error) {
        if (!(error instanceof DataError)) throw error;
        faults.push({ path, reason: error.message });
      }
    }
    return { files, folders, faults };
  }

  /** An archive in an archive: the part that it is, or what it unpacks to where it is compressed. */
  async #innerFile({ source, origin, start = 0 }: ArchiveFile, name: string, { part, entry }: Member) {
    if (entry !== undefined && entry.method !== STORED) {
      return await this.#unpack(name, "zip", () => unzip(source, entry));
    }
    const span = entry === undefined ? part : await packedPart(source, entry);
    return { source: partOf(source, span, name), origin, start: start + span.offset };
  }

  #unpack(name: string, from: "gzip" | "zip", parts: () => AsyncIterable<Uint8Array>): Promise<ArchiveFile> {
    return this.#keep(name, from, () => this.#withinBudget(name, parts()));
  }

  async *#withinBudget(name: string, parts: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const part of parts) {
      this.#budget -= part.length;
      if (this.#budget < 0) {
        throw archiveError({ name }, `it would unpack to more than ${MOST_TIMES} times the archive's size`);
      }
      yield part;
    }
  }
}
