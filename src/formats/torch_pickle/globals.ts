/**
 * The allow-list: every Python name that a pickle may use, and its meaning here. It contains what torch.save needs
 * for tensors, plain containers, and the plain data that training frameworks store with them. Nothing else can be
 * named, and no name leads to Python or JavaScript code outside this file. The list of torch.load(weights_only=True)
 * is similar: https://pytorch.org/docs/stable/notes/serialization.html#weights-only
 */
import type { Dtype } from "../tensor_data.ts";
import { Callable, Inert, PickledStorage, PickledTensor, PickleFault, type PickleValue } from "./values.ts";

const storages: Record<string, Dtype> = {
  DoubleStorage: "F64",
  FloatStorage: "F32",
  HalfStorage: "F16",
  BFloat16Storage: "BF16",
  LongStorage: "I64",
  IntStorage: "I32",
  ShortStorage: "I16",
  CharStorage: "I8",
  ByteStorage: "U8",
  BoolStorage: "BOOL",
  UntypedStorage: "U8",
};

const dtypes: Record<string, Dtype> = {
  float64: "F64",
  double: "F64",
  float32: "F32",
  float: "F32",
  float16: "F16",
  half: "F16",
  bfloat16: "BF16",
  int64: "I64",
  long: "I64",
  int32: "I32",
  int: "I32",
  int16: "I16",
  short: "I16",
  int8: "I8",
  uint8: "U8",
  bool: "BOOL",
};

/** Dicts under all their names; a subclass is treated as a dict. */
const dicts = [
  "collections.OrderedDict",
  "collections.Counter",
  "builtins.dict",
  "__builtin__.dict",
  "lightning_fabric.utilities.data.AttributeDict",
  "lightning.fabric.utilities.data.AttributeDict",
  "pytorch_lightning.utilities.parsing.AttributeDict",
  "lightning.pytorch.utilities.parsing.AttributeDict",
];

const lists = ["builtins.list", "__builtin__.list", "builtins.tuple", "__builtin__.tuple", "torch.Size"];
const sets = ["builtins.set", "__builtin__.set", "builtins.frozenset", "__builtin__.frozenset"];

/** What checkpoints contain besides weights: settings, paths and numbers from other libraries. */
const inert = [
  ...["int", "float", "str", "bool", "bytes", "bytearray", "complex", "object"].flatMap((name) => [
    `builtins.${name}`,
    `__builtin__.${name}`,
  ]),
  "argparse.Namespace",
  "datetime.timedelta",
  "numpy.dtype",
  "numpy.ndarray",
  "numpy.core.multiarray.scalar",
  "numpy._core.multiarray.scalar",
  "numpy.core.multiarray._reconstruct",
  "numpy._core.multiarray._reconstruct",
  "numpy.core.numeric._frombuffer",
  "numpy._core.numeric._frombuffer",
  "omegaconf.base.ContainerMetadata",
  "omegaconf.base.Metadata",
  "omegaconf.dictconfig.DictConfig",
  "omegaconf.listconfig.ListConfig",
  ...["Any", "Boolean", "Bytes", "Enum", "Float", "Integer", "Path", "String"].map((kind) =>
    `omegaconf.nodes.${kind}Node`
  ),
  ...["PosixPath", "PurePosixPath", "WindowsPath", "PureWindowsPath", "Path"].map((name) =>
    `pathlib.${name}`
  ),
  ...["PosixPath", "PurePosixPath", "WindowsPath", "PureWindowsPath", "Path"].map((name) =>
    `pathlib._local.${name}`
  ),
  "torch.device",
  "typing.Any",
];

type Call = Callable["call"];

const functions: Record<string, Call> = {
  "torch._utils._rebuild_tensor": ([storage, offset, size, strides]) =>
    rebuild(storage, offset, size, strides),
  "torch._utils._rebuild_tensor_v2": ([storage, offset, size, strides]) =>
    rebuild(storage, offset, size, strides),
  "torch._utils._rebuild_tensor_v3": ([storage, offset, size, strides, , , dtype]) =>
    rebuild(storage, offset, size, strides, dtype),
  "torch._utils._rebuild_parameter": ([data]) => tensorOf(data),
  "torch._utils._rebuild_parameter_with_state": ([data]) => tensorOf(data),
  "torch._tensor._rebuild_from_type_v2": ([rebuild, , args], spend) => {
    if (!(rebuild instanceof Callable) || !Array.isArray(args)) throw new PickleFault(DAMAGED);
    return rebuild.call(args, spend);
  },
  "copy_reg._reconstructor": reconstruct,
  "copyreg._reconstructor": reconstruct,
  "collections.defaultdict": ([, pairs], spend) => dictOf(pairs, spend),
  "collections.deque": ([items], spend) => listOf(items, spend),
  "_codecs.encode": ([text], spend) => {
    if (typeof text !== "string") throw new PickleFault(DAMAGED);
    spend(text.length);
    return Uint8Array.from(text, (character) => character.charCodeAt(0)); // Python 3 writes bytes as latin1 text
  },
};

const DAMAGED = "its pickle is damaged; copy the file again";

const allowed: ReadonlyMap<string, Callable> = new Map(
  [
    ...Object.entries(functions).map(([name, call]) => new Callable(name, call)),
    ...dicts.map((name) => new Callable(name, ([pairs], spend) => dictOf(pairs, spend))),
    ...lists.map((name) => new Callable(name, ([items], spend) => listOf(items, spend))),
    ...sets.map((name) => new Callable(name, ([items], spend) => new Set(listOf(items, spend)))),
    ...inert.map((name) => new Callable(name, () => new Inert(name))),
    ...["torch.Tensor", "torch.nn.parameter.Parameter"].map((name) => new Callable(name)),
    ...Object.entries(storages).flatMap(([name, dtype]) =>
      [`torch.${name}`, `torch.storage.${name}`].map((name) => new Callable(name, undefined, dtype))
    ),
    ...Object.entries(dtypes).map(([name, dtype]) => new Callable(`torch.${name}`, undefined, dtype)),
  ].map((callable) => [callable.name, callable]),
);

/**
 * Looks up a Python name.
 * @throws PickleFault if it is not on the list; nothing is executed
 */
export function findGlobal(module: string, name: string): Callable {
  const full = `${module}.${name}`;
  const found = allowed.get(full);
  if (found) return found;
  const shown = full.length > 200 ? `${full.slice(0, 200)}...` : full;
  throw new PickleFault(
    `it wants to call "${shown}", but only tensors and plain data are read (nothing was executed); ` +
      "save a state dict with torch.save(model.state_dict(), PATH)",
  );
}

function rebuild(
  storage: PickleValue,
  offset: PickleValue,
  size: PickleValue,
  strides: PickleValue,
  dtype?: PickleValue,
): PickledTensor {
  const typed = dtype instanceof Callable ? dtype.dtype : undefined;
  if (!(storage instanceof PickledStorage) || !isSize(offset) || !areSizes(size) || !areSizes(strides)) {
    throw new PickleFault(DAMAGED);
  }
  return new PickledTensor(typed ? storage.as(typed) : storage, offset, size, strides);
}

/** How protocol 1 creates an object: from a class, its base, and the base's state. */
function reconstruct([type]: PickleValue[], spend: (work: number) => void): PickleValue {
  if (!(type instanceof Callable)) throw new PickleFault(DAMAGED);
  return type.call([], spend);
}

function tensorOf(value: PickleValue): PickledTensor {
  if (value instanceof PickledTensor) return value;
  throw new PickleFault(DAMAGED);
}

/** A dict from pairs, another dict, or nothing. */
function dictOf(from: PickleValue | undefined, spend: (work: number) => void): Map<PickleValue, PickleValue> {
  if (from === undefined || from === null) return new Map();
  const pairs = from instanceof Map ? [...from] : from;
  if (!Array.isArray(pairs)) throw new PickleFault(DAMAGED);
  spend(pairs.length);
  return new Map(pairs.map((pair) => {
    if (!Array.isArray(pair) || pair.length !== 2) throw new PickleFault(DAMAGED);
    return [pair[0], pair[1]];
  }));
}

/** The items of a list, a tuple or a set, copied. */
function listOf(from: PickleValue | undefined, spend: (work: number) => void): PickleValue[] {
  if (from === undefined) return [];
  if (!Array.isArray(from) && !(from instanceof Set)) throw new PickleFault(DAMAGED);
  spend(from instanceof Set ? from.size : from.length);
  return [...from];
}

function isSize(value: PickleValue | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

const MOST_AXES = 64; // PyTorch's own limit

function areSizes(value: PickleValue | undefined): value is number[] {
  return Array.isArray(value) && value.length <= MOST_AXES && value.every(isSize);
}
