/**
 * Weights in any supported format, recognised by their first bytes rather than the file name.
 */
import type { ByteSource } from "../base/byte_source.ts";
import { DataError } from "../base/errors.ts";
import { foreignFile } from "./foreign_file.ts";
import { openOnnxWeights } from "./onnx/read.ts";
import { openSealed } from "./sealed.ts";
import { openTorchLegacy, openTorchZip } from "./torch_pickle/mod.ts";
import type { WeightFile } from "./weight_file.ts";

export type { TensorInFile, WeightFile } from "./weight_file.ts";

/** A format: how its files begin, and how to open them. */
interface Format {
  readonly name: string;
  /** True if `head`, the first bytes, is the start of a file of this format. */
  begins(head: Uint8Array): boolean;
  open(source: ByteSource): Promise<WeightFile>;
}

/** The tag of an ONNX model's first field, its IR version. */
const IR_VERSION = [0x08];
const ZIP = [0x50, 0x4b], PICKLE = [0x80], BRACE = 0x7b;
/** The magic number of a legacy file as text, which is how pickle protocols 0 and 1 write it. */
const MAGIC_LINE = [..."L119547037146038"].map((character) => character.charCodeAt(0));

const onnx: Format = {
  name: "ONNX",
  begins: startsWith(IR_VERSION),
  open: openOnnxWeights,
};

const formats: readonly Format[] = [
  { name: "safetensors", begins: isSafetensors, open: openSealed },
  { name: ".pth of torch.save", begins: startsWith(ZIP), open: openTorchZip },
  onnx,
  { name: ".pth from before PyTorch 1.6", begins: startsWith(PICKLE, MAGIC_LINE), open: openTorchLegacy },
];

/** A length below 4 GiB, then JSON. */
function isSafetensors(head: Uint8Array): boolean {
  return head[8] === BRACE && head.subarray(4, 8).every((byte) => byte === 0);
}

function startsWith(...starts: readonly (readonly number[])[]): Format["begins"] {
  return (head) => starts.some((start) => start.every((byte, i) => head[i] === byte));
}

/**
 * Opens a file of weights according to its content: safetensors or ONNX, or anything with tensors in it that
 * torch.save has written. Names are those in the file; tensors in nested dicts have the keys that lead to them before
 * their own, as in `state_dict.conv1.weight`. Values are read one tensor at a time, so the file is not kept in memory
 * as a whole; a checkpoint of ours is compared with its digest before the first of them.
 *
 * @throws DataError if the format is unknown, the file is damaged, or it needs more than tensors and plain data
 * @example Count the values of a file
 * ```ts
 * import { byteSource, float32, readWeights, writeSafetensors } from "@wgrad/wgrad";
 *
 * const file = writeSafetensors(new Map([["fc.bias", float32([3], [1, 2, 3])]]));
 * const { tensors } = await readWeights(byteSource("small.safetensors", file));
 * console.assert((await tensors.get("fc.bias")!.load()).data.length === 3);
 * ```
 */
export async function readWeights(source: ByteSource): Promise<WeightFile> {
  const head = await headOf(source), format = formatOf(head);
  if (format === undefined) {
    const known = formats.map(({ name }) => name).join(", ");
    throw new DataError(
      `Cannot load ${source.name}: ${
        foreignFile(head) ?? `it is not a file of weights; need one of ${known}`
      }`,
    );
  }
  try {
    return await format.open(source);
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
    throw new DataError(`Cannot load ${source.name}: ${error.message}`, { cause: error });
  }
}

/** True if the content is that of an ONNX file. */
export async function isOnnxFile(source: ByteSource): Promise<boolean> {
  return formatOf(await headOf(source)) === onnx;
}

/** Enough to tell formats apart: the mark of a tar archive comes at byte 257. */
const HEAD_BYTES = 512;

async function headOf(source: ByteSource): Promise<Uint8Array> {
  return await source.read(0, Math.min(HEAD_BYTES, source.size));
}

function formatOf(head: Uint8Array): Format | undefined {
  return formats.find(({ begins }) => begins(head));
}
