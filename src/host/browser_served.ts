/** A dataset that the page's own server offers, as `deno task page PHOTOS` does: an archive, or files by number. */
import type { ByteSource } from "../base/byte_source.ts";
import { concatBytes } from "../base/bytes.ts";
import { DataError, UnreachableError } from "../base/errors.ts";
import type { FilePlace, IgnoredFile } from "../data/types.ts";

/** What the server says of the dataset, at `listing.json`: an archive of so many bytes, or what is in a folder. */
export type ServedListing =
  | { readonly name: string; readonly size: number }
  | {
    readonly name: string;
    readonly paths: string[];
    readonly folders: string[];
    readonly faults: readonly IgnoredFile[];
  };

/** What the server answers. @throws UnreachableError if it does not */
export async function answerOf(address: string, headers: Record<string, string> = {}): Promise<Response> {
  return await fetch(address, { headers }).catch((cause) => {
    throw new UnreachableError("Cannot read the dataset: its server does not answer; start it again", {
      cause,
    });
  });
}

/** Asks for a part of what the server offers. @throws UnreachableError if it does not give it */
async function ask(address: string, headers?: Record<string, string>): Promise<Response> {
  const response = await answerOf(address, headers);
  if (response.ok) return response;
  throw new UnreachableError(
    `Cannot read the dataset: its server answered ${response.status}; start it again, and reload the page`,
  );
}

/** Random access to an archive at an address; who knows its parts need not know its size. */
export function servedSource(address: string, name: string, size = Number.MAX_SAFE_INTEGER): ByteSource {
  const read = async (offset: number, length: number) => {
    if (length === 0) return new Uint8Array(0);
    const response = await ask(address, { range: `bytes=${offset}-${offset + length - 1}` });
    return new Uint8Array(
      await response.arrayBuffer().catch(() => {
        throw brokenOff();
      }),
    );
  };
  return { name, size, read };
}

/** In the place of a length: a fault follows, as text. */
export const FAULT = 0xffffffff;

/**
 * Files of a served folder in their order, by one request: for each its length in 4 bytes, low byte first, and its bytes;
 * or {@link FAULT}, and why it cannot be read in the same form, which becomes a DataError. They arrive as they are asked
 * for.
 */
export async function* servedFiles(places: readonly FilePlace[]): AsyncGenerator<Uint8Array | DataError> {
  if (places.length === 0) return;
  const [first] = places.map(({ source }) => source as string);
  const numbers = places.map(({ source }) => (source as string).slice(first.lastIndexOf("/") + 1));
  const { body } = await ask(`${first.slice(0, first.lastIndexOf("/") + 1)}${numbers.join()}`);
  const reader = new StreamBytes(body!.getReader());
  try {
    for (const _ of places) {
      const length = await reader.uint32();
      if (length !== FAULT) yield await reader.take(length);
      else yield new DataError(new TextDecoder().decode(await reader.take(await reader.uint32())));
    }
  } finally {
    await reader.cancel();
  }
}

/** Says that the server has sent less than it was asked for. */
export function brokenOff(): UnreachableError {
  return new UnreachableError("Cannot read the dataset: its server broke off; start it again");
}

/** Bytes of a stream, by number. */
class StreamBytes {
  #held: Uint8Array = new Uint8Array(0);

  constructor(readonly reader: ReadableStreamDefaultReader<Uint8Array>) {}

  async take(length: number): Promise<Uint8Array> {
    const parts = [this.#held];
    let count = this.#held.length;
    while (count < length) {
      const { value } = await this.reader.read().catch(() => ({ value: undefined })); // as if it had ended
      if (value === undefined) throw brokenOff();
      parts.push(value);
      count += value.length;
    }
    const all = parts.length === 1 ? parts[0] : concatBytes(parts);
    this.#held = all.subarray(length);
    return all.subarray(0, length);
  }

  async uint32(): Promise<number> {
    const bytes = await this.take(4);
    return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  }

  cancel(): Promise<void> {
    return this.reader.cancel();
  }
}
