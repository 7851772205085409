/**
 * Weights in any supported format, recognised by their first bytes rather than the file name. Names lose the prefix
 * of wrapper modules: Lightning's "model.", DataParallel's "module.", torch.compile's "_orig_mod.".
 */
import type { ByteSource } from "../base/byte_source.ts";
import { DataError } from "../base/errors.ts";
import { openOnnxWeights } from "./onnx/read.ts";
import { openSafetensors } from "./safetensors.ts";
import { openTorchLegacy, openTorchZip } from "./torch_pickle/mod.ts";
import type { WeightFile } from "./weight_file.ts";

export type { TensorInFile, WeightFile } from "./weight_file.ts";

/** A format: how its files begin, and how to open them. */
interface Format {
  readonly name: string;
  /** True if `head`, at most the first 16 bytes, is the start of a file of this format. */
  begins(head: Uint8Array): boolean;
  open(source: ByteSource): Promise<WeightFile>;
}

/** The tag of an ONNX model's first field. */
const IR_VERSION = [0x08];
const ZIP = [0x50, 0x4b], PICKLE = [0x80], BRACE = 0x7b;
/** The magic number of a legacy file as text, which is how pickle protocols 0 and 1 write it. */
const MAGIC_LINE = [..."L119547037146038"].map((character) => character.charCodeAt(0));

const formats: readonly Format[] = [
  { name: "safetensors", begins: (head) => head[8] === BRACE, open: openSafetensors },
  { name: ".pth of torch.save", begins: startsWith(ZIP), open: openTorchZip },
  { name: "ONNX", begins: startsWith(IR_VERSION), open: openOnnxWeights },
  { name: ".pth from before PyTorch 1.6", begins: startsWith(PICKLE, MAGIC_LINE), open: openTorchLegacy },
];

function startsWith(...starts: readonly (readonly number[])[]): Format["begins"] {
  return (head) => starts.some((start) => start.every((byte, i) => head[i] === byte));
}

/** A file of weights, and the names that were left out. */
export interface Weights extends WeightFile {
  /** Names without the common prefix: what a trainer stores with its model, such as a loss's weights. */
  readonly aside: readonly string[];
}

/**
 * Opens a file of weights according to its content: safetensors or ONNX, or a state dict or checkpoint written by
 * torch.save. Values are read one tensor at a time, so the file is never in memory as a whole.
 *
 * @throws DataError if the format is unknown, the file is damaged, or it needs more than tensors and plain data
 * @example Count the values of a file
 * ```ts
 * import { byteSource, float32, readWeights, writeSafetensors } from "@wgrad/wgrad";
 *
 * const file = writeSafetensors(new Map([["model.fc.bias", float32([3], [1, 2, 3])]]));
 * const { tensors } = await readWeights(byteSource("small.safetensors", file));
 * console.assert((await tensors.get("fc.bias")!.load()).data.length === 3);
 * ```
 */
export async function readWeights(source: ByteSource): Promise<Weights> {
  const head = await source.read(0, Math.min(16, source.size));
  const format = formats.find(({ begins }) => begins(head));
  if (format === undefined) {
    const known = formats.map(({ name }) => name).join(", ");
    throw new DataError(`Cannot load ${source.name}: it is not a file of weights; need one of ${known}`);
  }
  try {
    return unwrapped(await format.open(source));
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
    throw new DataError(`Cannot load ${source.name}: ${error.message}`, { cause: error });
  }
}

const PREFIXES = ["model.", "module.", "net.", "_orig_mod."];
/** Limit on nested wrapper modules. */
const MOST_PREFIXES = 4;

/** Strips a prefix for as long as most names have it; the others are set aside. */
function unwrapped(file: WeightFile): Weights {
  let tensors = file.tensors;
  const aside: string[] = [];
  for (let round = 0;; round++) {
    const names = [...tensors.keys()];
    const prefix = PREFIXES.find((prefix) =>
      2 * names.filter((name) => name.startsWith(prefix)).length > names.length
    );
    if (prefix === undefined || round === MOST_PREFIXES) return { ...file, tensors, aside };
    aside.push(...names.filter((name) => !name.startsWith(prefix)));
    const inside = [...tensors].filter(([name]) => name.startsWith(prefix));
    tensors = new Map(inside.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
  }
}
