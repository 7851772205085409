import { assertEquals, assertRejects } from "@std/assert";
import { byteSource } from "../../../src/base/byte_source.ts";
import { ConfigError } from "../../../src/base/errors.ts";
import { float32, writeSafetensors } from "../../../src/formats/safetensors.ts";
import { openCheckpoint } from "../../../src/setup/classify/checkpoint_classifier.ts";
import { withModelFile } from "../../../src/setup/classify/file_card.ts";
import { writeCard } from "../../../src/train/model_card.ts";
import { calibration } from "../../train/calibrations.ts";

const classes = ["a", "b"];
const steps = [{ resize: {} }, { center_crop: {} }, { normalize: {} }];
const card = writeCard({ model: "resnet50", classes, imageSize: 48, steps, input: "normalized" });
const norm: [string, ReturnType<typeof float32>] = ["bn1.bias", float32([64], new Float32Array(64))];
const file = writeSafetensors(new Map([norm, ["fc.bias", float32([2], [0, 0])]]), new Map(card));
const host = {
  openFile: (path: string) => Promise.resolve(byteSource(path, file)),
  readFile: () => Promise.reject(new Error("It read a whole checkpoint")),
};
const said = ["model.name=resnet50", "data.image_size=48"];

Deno.test("a path stands first, whatever its name, and brings architecture and image size", async () => {
  for (
    const path of [
      "run/best.safetensors",
      "epoch=07-val_acc=0.9312.safetensors",
      "it's here.ckpt",
      "a=b.bin:top",
    ]
  ) {
    const quoted = `'${path.replace("'", "\\'")}'`;
    assertEquals(await withModelFile(host, [path, "seed=1"]), [...said, `model.weights=${quoted}`, "seed=1"]);
  }
});

Deno.test("a path is taken by key too", async () => {
  const overrides = ["seed=1", "model.weights='a b.safetensors'"];
  assertEquals(await withModelFile(host, overrides), [...said, ...overrides]);
});

Deno.test("without a path nothing changes", async () => {
  for (const overrides of [[], ["seed=1"], ["model.weights=null"]]) {
    assertEquals(await withModelFile(host, overrides), overrides);
  }
});

Deno.test("what the file says of its pictures cannot be changed in silence", async () => {
  const refused = (text: string, message: string) =>
    assertRejects(() => withModelFile(host, ["x.safetensors", text]), ConfigError, message);
  await refused(
    "transforms=default",
    "Cannot use transforms=default: images are prepared as x.safetensors requires",
  );
  await refused("data.image_size=64", "Cannot use data.image_size=64: x.safetensors is for 48");
  assertEquals(
    (await withModelFile(host, ["x.safetensors", "data.image_size=48"])).at(-1),
    "data.image_size=48",
  );
});

Deno.test("a calibration is of the weights that were validated, and is not used with others", async () => {
  const { classes: [first, second] } = calibration();
  const own = calibration({ classes: [{ ...first, label: "a" }, { ...second, label: "b" }] });
  const metadata = new Map([
    ...card,
    ["wgrad.calibration", JSON.stringify(own)] as const,
    ["wgrad.evaluated", "averages"] as const,
  ]);
  const tensors = [norm, ["fc.bias", float32([2], [0, 0])] as const];
  const both = tensors.flatMap(([name, tensor]) => [[name, tensor], [`ema.${name}`, tensor]] as const);
  const source = byteSource("x.safetensors", writeSafetensors(new Map(both), metadata));
  const averaged = await openCheckpoint({ source, key: undefined });
  assertEquals([averaged.isAveraged, averaged.card.calibration], [true, own]);
  const plain = await openCheckpoint({ source, key: "top" });
  assertEquals([plain.isAveraged, plain.card.calibration], [false, undefined]);
  assertEquals(
    plain.notes.at(-1),
    "x.safetensors: its temperature and thresholds are of its averaged weights, so they are not used",
  );
});
