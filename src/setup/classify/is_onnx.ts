import { isOnnxFile } from "../../formats/weights.ts";
import type { Host } from "../host.ts";
import { openModelFile } from "../open_weights.ts";

/** True if a file is an ONNX model, by its content. @throws DataError if there is no such file */
export async function isOnnx(host: Pick<Host, "openFile">, path: string): Promise<boolean> {
  return await isOnnxFile((await openModelFile(host, path)).source);
}
