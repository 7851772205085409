/** Writes files of torch.save by hand, opcode by opcode, so that tests can write what torch.save never would. */
import { zipSync } from "fflate";

/** Opcodes and their operands. */
export type Code = readonly number[];

const utf8 = (text: string) => [...new TextEncoder().encode(text)];
const bytes32 = (value: number) => [...new Uint8Array(Int32Array.of(value).buffer)];
const bytes64 = (value: number) => [...new Uint8Array(BigInt64Array.of(BigInt(value)).buffer)];
/** An opcode by its character. */
export const op = (character: string): Code => [character.charCodeAt(0)];

export const text = (value: string): Code => [...op("X"), ...bytes32(utf8(value).length), ...utf8(value)];
export const int = (value: number): Code => [...op("J"), ...bytes32(value)];
export const global = (module: string, name: string): Code => [...op("c"), ...utf8(`${module}\n${name}\n`)];
export const tuple = (...items: Code[]): Code => [...op("("), ...items.flat(), ...op("t")];
export const call = (callee: Code, ...args: Code[]): Code => [...callee, ...tuple(...args), ...op("R")];
export const dict = (pairs: Readonly<Record<string, Code>>): Code => [
  ...op("}"),
  ...op("("),
  ...Object.entries(pairs).flatMap(([key, value]) => [...text(key), ...value]),
  ...op("u"),
];

/** A tensor of f32 over the storage `key`. */
export function tensor(
  key: string,
  length: number,
  { offset = 0, size = [length], strides = [1] }: { offset?: number; size?: number[]; strides?: number[] } =
    {},
): Code {
  const id = tuple(text("storage"), global("torch", "FloatStorage"), text(key), text("cpu"), int(length));
  const hooks = call(global("collections", "OrderedDict"));
  return call(
    global("torch._utils", "_rebuild_tensor_v2"),
    [...id, ...op("Q")],
    int(offset),
    tuple(...size.map(int)),
    tuple(...strides.map(int)),
    op("\x89"),
    hooks,
  );
}

/** The values of storages by key. */
export type Storages = Readonly<Record<string, readonly number[]>>;

/** A file as torch.save has written since PyTorch 1.6. */
export function zipFile(
  object: Code,
  storages: Storages = {},
  more: Record<string, Uint8Array> = {},
): Uint8Array {
  const values = Object.entries(storages).map(([key, floats]) => {
    return [`x/data/${key}`, new Uint8Array(Float32Array.from(floats).buffer)];
  });
  const pickle = Uint8Array.from([0x80, 2, ...object, ...op(".")]);
  return zipSync({ "x/data.pkl": pickle, ...Object.fromEntries(values), ...more }, { level: 0 });
}

/** A file as torch.save wrote before. */
export function legacyFile(object: Code, storages: Storages = {}): Uint8Array {
  const pickle = (code: Code) => [0x80, 2, ...code, ...op(".")];
  const magic = [0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
  const keys = Object.keys(storages);
  return Uint8Array.from([
    ...pickle(magic),
    ...pickle(int(1001)),
    ...pickle(dict({ little_endian: op("\x88") })),
    ...pickle(object),
    ...pickle([...op("]"), ...op("("), ...keys.flatMap(text), ...op("e")]),
    ...Object.values(storages).flatMap((floats) => [
      ...bytes64(floats.length),
      ...new Uint8Array(Float32Array.from(floats).buffer),
    ]),
  ]);
}
