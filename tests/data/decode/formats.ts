/** The small images of fixtures/formats/make.py, with what they show by Pillow. */
import type { Picture } from "../../../src/data/types.ts";
import { readSafetensors } from "../../../src/formats/safetensors.ts";

const { tensors } = readSafetensors(
  Deno.readFileSync(new URL("../../fixtures/formats/formats.safetensors", import.meta.url)),
);

/** Names of the files, such as "gray_lzw.tif". */
export const FORMAT_FILES: readonly string[] = [...tensors.keys()].filter((name) => !name.endsWith(".rgb"));

/** The bytes of a file. */
export function formatFile(name: string): Uint8Array {
  return new Uint8Array(tensors.get(name)!.data as Uint8Array);
}

/** What it shows. */
export function shownBy(name: string): Picture {
  const { shape: [height, width], data } = tensors.get(`${name}.rgb`)!;
  return { width, height, data: new Uint8Array(data as Uint8Array) };
}
