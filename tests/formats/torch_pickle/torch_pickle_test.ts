import { assert, assertEquals, assertRejects } from "@std/assert";
import { zipSync } from "fflate";
import { byteSource } from "../../../src/base/byte_source.ts";
import { DataError } from "../../../src/base/errors.ts";
import { readWeights } from "../../../src/formats/weights.ts";
import {
  call,
  type Code,
  dict,
  global,
  int,
  legacyFile,
  op,
  type Storages,
  tensor,
  text,
  tuple,
  zipFile,
} from "./torch_file.ts";

const forms = { zip: zipFile, legacy: legacyFile };
const read = (bytes: Uint8Array) => readWeights(byteSource("x.pth", bytes));
const refuse = async (bytes: Uint8Array, says: string) => {
  const error = await assertRejects(() => read(bytes), DataError);
  assert(error.message.startsWith(`Cannot load x.pth: ${says}`), error.message);
};

/** The values of a tensor of a file. */
async function values(bytes: Uint8Array, name: string): Promise<number[]> {
  const { data } = await (await read(bytes)).tensors.get(name)!.load();
  return [...data as Float32Array];
}

for (const [form, file] of Object.entries(forms)) {
  const inDict = (code: Code, storages: Storages = {}) => file(dict({ "a.weight": code }), storages);

  Deno.test(`readWeights() reads views of a shared storage, ${form} form`, async () => {
    const storages = { "0": [0, 1, 2, 3, 4, 5, 6, 7], other: [-1] };
    const bytes = file(
      dict({
        whole: tensor("0", 8, { size: [2, 4], strides: [4, 1] }),
        transposed: tensor("0", 8, { size: [3, 2], strides: [1, 4], offset: 1 }),
        reversed_axes: tensor("0", 8, { size: [2, 2, 2], strides: [1, 2, 4] }),
        repeated: tensor("0", 8, { size: [2, 3], strides: [0, 2], offset: 2 }),
        scalar: tensor("0", 8, { size: [], strides: [], offset: 7 }),
        empty: tensor("0", 8, { size: [0, 3], strides: [3, 1] }),
        other: tensor("other", 1),
      }),
      storages,
    );
    assertEquals((await read(bytes)).tensors.get("transposed")?.shape, [3, 2]);
    assertEquals(await values(bytes, "whole"), storages["0"]);
    assertEquals(await values(bytes, "transposed"), [1, 5, 2, 6, 3, 7]);
    assertEquals(await values(bytes, "reversed_axes"), [0, 4, 2, 6, 1, 5, 3, 7]);
    assertEquals(await values(bytes, "repeated"), [2, 4, 6, 2, 4, 6]);
    assertEquals(await values(bytes, "scalar"), [7]);
    assertEquals(await values(bytes, "empty"), []);
    assertEquals(await values(bytes, "other"), [-1]);
  });

  const command = text("touch was_executed");
  const named = (module: string, name: string): Code => [...text(module), ...text(name), ...op("\x93")];
  const calls: Record<string, [string, Code]> = {
    "a call": ["os.system", call(global("os", "system"), command)],
    "a name alone": ["builtins.eval", global("builtins", "eval")],
    "a name from the stack": ["subprocess.Popen", call(named("subprocess", "Popen"), command)],
    "an instance": ["posix.system", [
      ...op("("),
      ...command,
      ...op("i"),
      ...new TextEncoder().encode("posix\nsystem\n"),
    ]],
    "an object": ["os.popen", [...op("("), ...global("os", "popen"), ...command, ...op("o")]],
    "a new object": ["torch.hub.load", [...global("torch.hub", "load"), ...tuple(command), ...op("\x81")]],
    "a path through a known class": [
      "collections.OrderedDict.__init__.__globals__",
      named("collections", "OrderedDict.__init__.__globals__"),
    ],
    "a name of JavaScript's": ["constructor.__proto__", global("constructor", "__proto__")],
    "a whole model": ["torchvision.models.resnet.ResNet", global("torchvision.models.resnet", "ResNet")],
  };
  for (const [what, [name, code]] of Object.entries(calls)) {
    Deno.test(`readWeights() refuses ${what}, ${name}, ${form} form`, async () => {
      await refuse(inDict(code), `it wants to call "${name}", but only tensors and plain data are read`);
    });
  }

  Deno.test(`readWeights() refuses tensors that leave their storage, ${form} form`, async () => {
    const storages = { "0": [1, 2, 3, 4] };
    const says = "a tensor [";
    await refuse(inDict(tensor("0", 4, { size: [2, 3], strides: [3, 1] }), storages), says);
    await refuse(inDict(tensor("0", 4, { offset: 1 }), storages), says);
    await refuse(inDict(tensor("0", 4, { size: [2], strides: [4] }), storages), says);
    await refuse(inDict(tensor("0", 4, { size: [2], strides: [1, 1] }), storages), says);
    await refuse(inDict(tensor("0", 4, { size: [2 ** 30, 2 ** 30], strides: [0, 0] }), storages), says);
    await refuse(
      inDict(tensor("0", 4, { size: [2], strides: [-1], offset: 3 }), storages),
      "its pickle is damaged",
    );
    await refuse(inDict(tensor("0", 5), storages), "its pickle is truncated");
    await refuse(inDict(tensor("missing", 4), storages), "its pickle is truncated");
  });

  Deno.test(`readWeights() says what a file without a state dict holds, ${form} form`, async () => {
    await refuse(file(tensor("0", 1), { "0": [1] }), "it does not contain a dict");
    await refuse(
      file(dict({ epoch: int(3), state_dict: dict({ lr: int(1) }) })),
      'it contains no tensors; its keys are "epoch", "state_dict"',
    );
    const array = call(
      global("numpy.core.multiarray", "_reconstruct"),
      global("numpy", "ndarray"),
      tuple(int(0)),
    );
    await refuse(file(dict({ model: dict({ a: array }) })), "it is a pickle of NumPy arrays, not of tensors");
  });

  Deno.test(`readWeights() gives up on pickles that keep it busy, ${form} form`, async () => {
    const repeat = (count: number, code: Code) => Array.from({ length: count }, () => code).flat();
    await refuse(inDict(repeat(1001, op("("))), "its pickle nests deeper than 1000");
    await refuse(inDict(repeat(1_000_001, op("N"))), "its pickle takes more than 1000000 operations");
    // a list of 2,000 pairs, copied 2,000 times
    const pairs = [
      ...op("]"),
      ...op("("),
      ...repeat(2000, tuple(int(1), int(2))),
      ...op("e"),
      ...op("q"),
      0,
      ...op("0"),
    ];
    const copy = [
      ...global("collections", "OrderedDict"),
      ...op("h"),
      0,
      ...op("\x85"),
      ...op("R"),
      ...op("0"),
    ];
    await refuse(inDict([...pairs, ...repeat(2000, copy)]), "its pickle takes more than 1000000 operations");
    const long = [...op("L"), ...repeat(1_000_000, op("9")), ...op("\n")];
    await refuse(inDict(long), 'its pickle has the invalid integer "9999');
  });
}

Deno.test("readWeights() finds tensors in nested dicts and lists, under the keys that lead to them", async () => {
  const object = dict({
    epoch: int(1),
    state_dict: dict({ "module.fc.weight": tensor("0", 2), version: int(1) }),
    optimizers: [...op("]"), ...dict({ state: dict({ "0": tensor("1", 1) }) }), ...op("a")],
    best: tensor("1", 1),
  });
  const { tensors } = await read(zipFile(object, { "0": [1, 2], "1": [3] }));
  assertEquals([...tensors.keys()], ["state_dict.module.fc.weight", "optimizers.0.state.0", "best"]);
});

Deno.test("readWeights() searches a dict that is there many times once, and one in itself", async () => {
  let object: Code = dict({ a: tensor("0", 1) });
  const key = (name: string) => text(name), keep = [...op("q"), 0], again = [...op("h"), 0];
  object = [...object, ...keep];
  for (let i = 0; i < 6; i++) {
    // {x: D, y: D}, 64 ways to each tensor
    object = [
      ...op("}"),
      ...op("("),
      ...key("x"),
      ...object,
      ...op("q"),
      0,
      ...key("y"),
      ...again,
      ...op("u"),
    ];
  }
  const { tensors } = await read(zipFile(object, { "0": [1] }));
  assertEquals([...tensors.keys()], ["x.x.x.x.x.x.a"]);
  const inItself = [
    ...op("}"),
    ...keep,
    ...op("("),
    ...key("a"),
    ...tensor("0", 1),
    ...key("b"),
    ...again,
    ...op("u"),
  ];
  assertEquals([...(await read(zipFile(inItself, { "0": [1] }))).tensors.keys()], ["a"]);
  const twice = dict({ "a.b": tensor("0", 1), a: dict({ b: tensor("0", 1) }) });
  await refuse(zipFile(twice, { "0": [1] }), 'it has two tensors with the name "a.b"');
});

Deno.test("readWeights() refuses what torch.save did not write so, and says what it is", async () => {
  const object = dict({ a: tensor("0", 2) }), bytes = new TextEncoder().encode("big");
  await refuse(zipFile(object, { "0": [1, 2] }, { "x/byteorder": bytes }), "its numbers are big-endian");
  await refuse(zipFile(object, {}, { "x/constants.pkl": bytes }), "it is a TorchScript program");
  await refuse(zipSync({ "a.txt": bytes }), "it is a .zip without data.pkl");
  const pickle = Uint8Array.from([...object, ...op(".")]);
  await refuse(zipSync({ "x/data.pkl": pickle }), 'its entry "x/data.pkl" is compressed');
  await refuse(
    Uint8Array.from([0x80, 2, ...int(1), ...op("."), ...int(1), ...op(".")]),
    "it is a pickle that torch.save did not write",
  );
  await refuse(zipSync({ "a.npy": bytes, "b.npy": bytes }), "it is a .npz of NumPy arrays");
});

Deno.test("readWeights() refuses every shorter piece of a file", async () => {
  for (const file of Object.values(forms)) {
    const whole = file(dict({ a: tensor("0", 2), b: tensor("1", 2) }), { "0": [1, 2], "1": [3, 4] });
    assertEquals(await values(whole, "b"), [3, 4]);
    for (let length = 0; length < whole.length; length++) {
      await assertRejects(() => read(whole.slice(0, length)), DataError);
    }
  }
});
