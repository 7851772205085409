/**
 * State dicts written by torch.save: each must yield the tensors of state_dict_expected.safetensors, value for value.
 * evil*.pth contain a call, which must be rejected with its name.
 */
import { byteSource } from "../base/byte_source.ts";
import { DataError } from "../base/errors.ts";
import { formatShape, type Shape } from "../base/shape.ts";
import { readWeights } from "../formats/weights.ts";
import { type StoredTensor, toFloat32 } from "../formats/tensor_data.ts";
import type { ParityCase, Row, Suite } from "./case.ts";
import { absolute, compare, type Comparison } from "./compare.ts";
import type { CaseFolder, CaseTensors } from "./folder.ts";

const EXPECTED = "state_dict_expected.safetensors";

/** True for the files that these cases read. */
export function isWeights(file: string): boolean {
  return file === EXPECTED || /\.(pth|pt|ckpt)$/.test(file);
}

/** A case for each file. */
export async function weightCases(folder: CaseFolder): Promise<Suite> {
  const expected = await folder.tensors(EXPECTED);
  const files = folder.files.filter((file) => isWeights(file) && file !== EXPECTED);
  const cases = files.map((file): ParityCase => ({
    name: `weights_${file}`,
    gpu: false,
    run: async () => {
      const bytes = await folder.bytes(file);
      const comparisons = file.startsWith("evil")
        ? await refused(file, bytes)
        : await equal(file, bytes, expected);
      return [{ name: `weights_${file}`, comparisons }] satisfies Row[];
    },
  }));
  return { cases, notCovered: [] };
}

/** A comparison without numbers. */
function verdict(what: string, fault: string | undefined): Comparison {
  const error = fault === undefined ? 0 : Infinity;
  return { what, error, tolerance: 0, share: error, worst: fault ?? what };
}

/** Compares the file's tensors with the expected ones: names, shapes, and all values. */
async function equal(file: string, bytes: Uint8Array, expected: CaseTensors): Promise<Comparison[]> {
  let tensors;
  try {
    tensors = withoutPrefix((await readWeights(byteSource(file, bytes))).tensors, expected.names);
  } catch (error) {
    throw error instanceof DataError ? new Error(error.message, { cause: error }) : error; // the reader's error is a failure of the case
  }
  const names = expected.names;
  const differing = [...new Set(names).symmetricDifference(new Set(tensors.keys()))];
  const comparisons = [
    verdict("names", differing.length > 0 ? `only one side has ${differing.join(", ")}` : undefined),
  ];
  const shapes: string[] = [], actual: number[] = [], wanted: number[] = [], places: string[] = [];
  for (const name of names) {
    const tensor = await tensors.get(name)?.load();
    if (tensor === undefined) continue;
    const reference = expected.get(name), values = numbers(tensor), theirs = numbers(reference);
    const isSame = values.length === theirs.length && sameAxes(tensor.shape, reference.shape);
    if (!isSame) {
      shapes.push(`${name} is ${formatShape(tensor.shape)}, the reference ${formatShape(reference.shape)}`);
    }
    for (let i = 0; isSame && i < theirs.length; i++) {
      actual.push(values[i]);
      wanted.push(theirs[i]);
      places.push(`${name}[${i}]`);
    }
  }
  const measure = { ...absolute(0), name: (i: number) => places[i] };
  return [
    ...comparisons,
    verdict("shapes", shapes.length > 0 ? shapes.join("; ") : undefined),
    compare("values", actual, wanted, measure),
  ];
}

/** The tensors beside the first of the expected names, without what comes before it, such as "state_dict.model.". */
function withoutPrefix<T>(tensors: ReadonlyMap<string, T>, [name]: readonly string[]): Map<string, T> {
  const found = [...tensors.keys()].find((inFile) => inFile === name || inFile.endsWith(`.${name}`)) ?? name;
  const prefix = found.slice(0, found.length - name.length);
  const inside = [...tensors].filter(([name]) => name.startsWith(prefix));
  return new Map(inside.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}

function numbers(tensor: StoredTensor): ArrayLike<number> {
  return tensor.dtype === "F64" ? tensor.data : toFloat32(tensor);
}

/** Equal axes; a scalar may have one axis of size 1, as NumPy writes it. */
function sameAxes(a: Shape, b: Shape): boolean {
  const shown = (shape: Shape) => formatShape(shape.length === 0 ? [1] : shape);
  return shown(a) === shown(b);
}

/** The reader must name what the file tries to call. */
async function refused(file: string, bytes: Uint8Array): Promise<Comparison[]> {
  try {
    await readWeights(byteSource(file, bytes));
  } catch (error) {
    const [, name] = /wants to call "([\w.]+)"/.exec((error as Error).message) ?? [];
    if (error instanceof DataError && name) return [verdict(`refuses ${name}`, undefined)];
    throw new Error(`${file} is rejected without the name of what it calls: ${(error as Error).message}`, {
      cause: error,
    });
  }
  return [verdict("refused", `${file} was read, although it wants to call something`)];
}
