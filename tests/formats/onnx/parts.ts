import type { OnnxParts } from "../../../src/formats/onnx/model.ts";

/** The parts of a file as one array, of as many bytes as they promise. */
export async function joinParts(parts: OnnxParts): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(parts.size);
  let at = 0;
  for await (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  if (at !== parts.size) throw new Error(`The parts have ${at} bytes: ${parts.size} were promised`);
  return bytes;
}
