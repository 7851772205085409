/** Reads the reference pictures that Pillow and torchvision computed, where they are. */
import type { Picture } from "../../src/data/types.ts";

/** One case of transforms.json. */
export interface TransformCase {
  name: string;
  input: string;
  output: string;
  op: string;
  // deno-lint-ignore no-explicit-any
  attrs: any;
}

/** The cases below `folder`, or undefined (and a note on the console) if the folder is not there. */
export function readTransformCases(folder: string) {
  const manifest = `${folder}/transforms.json`;
  try {
    Deno.statSync(manifest);
  } catch {
    console.log(`ignored: ${manifest} is missing`);
    return undefined;
  }
  const { cases } = JSON.parse(Deno.readTextFileSync(manifest)) as { cases: TransformCase[] };
  const pictures = readPictures(Deno.readFileSync(`${folder}/transforms.safetensors`));
  return { cases, picture: (name: string) => pictures.get(name)! };
}

/** The [H, W, 3] uint8 tensors of a safetensors file: 8 bytes of header length, JSON header, data. */
function readPictures(bytes: Uint8Array): Map<string, Picture> {
  const headerSize = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerSize)));
  const pictures = new Map<string, Picture>();
  for (const [name, tensor] of Object.entries<{ shape: number[]; data_offsets: number[] }>(header)) {
    const [height, width] = tensor.shape;
    const [start, end] = tensor.data_offsets;
    pictures.set(name, { width, height, data: bytes.slice(8 + headerSize + start, 8 + headerSize + end) });
  }
  return pictures;
}

/** How far two pictures are apart: the largest difference in levels and the share of values that differ. */
export function difference(
  a: Picture,
  b: Picture,
): { max: number; shareOverZero: number; shareOverOne: number } {
  if (a.width !== b.width || a.height !== b.height) {
    throw new TypeError(`Cannot compare ${a.width}x${a.height} with ${b.width}x${b.height}`);
  }
  let max = 0, overZero = 0, overOne = 0;
  for (let i = 0; i < a.data.length; i++) {
    const distance = Math.abs(a.data[i] - b.data[i]);
    if (distance > max) max = distance;
    if (distance > 0) overZero++;
    if (distance > 1) overOne++;
  }
  return { max, shareOverZero: overZero / a.data.length, shareOverOne: overOne / a.data.length };
}
