import { assertEquals, assertThrows } from "@std/assert";
import { DataError } from "../../src/base/errors.ts";
import {
  cardPipeline,
  type ModelCard,
  readArchitecture,
  readCard,
  writeCard,
} from "../../src/train/model_card.ts";
import { calibration } from "./calibrations.ts";

const card: ModelCard = {
  model: "resnet34",
  classes: ["0", "00", "1", "<script>", 'a "b"\n'],
  imageSize: 40,
  steps: [{ resize: { size: 46 } }, { center_crop: {} }, { normalize: { mean: [0, 0, 0], std: [1, 1, 1] } }],
  input: "unit",
};
const defaults = { classes: 5, imageSize: 224 };
const read = (entries: readonly (readonly [string, string])[]) =>
  readCard(new Map(entries), "m.onnx", defaults);

Deno.test("readCard() reads what writeCard() wrote, class names as text and in order", () => {
  assertEquals(read(writeCard(card)), { card, missing: [] });
  const wide = { ...card, options: { width: 2 } };
  assertEquals(read(writeCard(wide)), { card: wide, missing: [] });
});

Deno.test("readCard() reads a calibration, and refuses one that is damaged or of other classes", () => {
  const three = { ...card, classes: ["00", "01", "02"], calibration: calibration() };
  const metadata = (text: string) => new Map([...writeCard(three), ["wgrad.calibration", text] as const]);
  const readThree = (text: string) => readCard(metadata(text), "m.onnx", { classes: 3, imageSize: 224 });
  assertEquals(readThree(JSON.stringify(calibration())).card, three);
  assertThrows(
    () => readThree(JSON.stringify({ ...calibration(), temperature: -1 })),
    DataError,
    'Cannot use m.onnx: its "wgrad.calibration" is damaged',
  );
  const others = calibration({ classes: calibration().classes.slice(1) });
  assertThrows(() => readThree(JSON.stringify(others)), DataError, "is of other classes than the model's");
});

Deno.test("readArchitecture() reads name and options, and refuses those that the architecture does not have", () => {
  assertEquals(readArchitecture(new Map(), "m.pth"), undefined);
  const known = readArchitecture(new Map(writeCard(card)), "m.pth");
  assertEquals(known, { name: "resnet34", options: {} });
  const metadata = new Map(writeCard({ ...card, options: { width: 2 } }));
  assertThrows(
    () => readArchitecture(metadata, "m.pth"),
    DataError,
    `Cannot use m.pth: its "wgrad.model_options" is damaged, current value is "{\\"width\\":2}"`,
  );
});

Deno.test("writeCard() leaves out what a checkpoint does not say", () => {
  const { classes, imageSize } = card;
  const keys = writeCard({ model: "resnet34", classes, imageSize }).map(([key]) => key);
  assertEquals(keys, ["wgrad.model", "wgrad.classes", "wgrad.image_size"]);
});

Deno.test("readCard() says what a foreign file does not say, and takes defaults", () => {
  const { card, missing } = read([]);
  assertEquals(new Set(missing), new Set(["architecture", "class names", "image size", "preprocessing"]));
  assertEquals([card.model, card.classes, card.imageSize], [undefined, ["0", "1", "2", "3", "4"], 224]);
  assertEquals(card.steps[0], { resize: { size: 256 } });
});

Deno.test("readCard() refuses what is damaged or contradicts the model", () => {
  const faults: [string, string, string][] = [
    ["wgrad.classes", "[1, 2, 3, 4, 5]", '"wgrad.classes" is damaged'],
    ["wgrad.classes", '["a", "b"]', "it names 2 classes, its model has 5"],
    ["wgrad.classes", "{", '"wgrad.classes" is damaged'],
    ["wgrad.image_size", "1e9", '"wgrad.image_size" is damaged'],
    ["wgrad.model", "vgg16", '"wgrad.model" is damaged'],
    ["wgrad.eval_transforms", '{"resize": 3}', '"wgrad.eval_transforms" is damaged'],
    ["wgrad.input", "bytes", '"wgrad.input" is damaged'],
  ];
  for (const [key, text, message] of faults) assertThrows(() => read([[key, text]]), DataError, message);
});

Deno.test("cardPipeline() refuses preprocessing that is random or unknown", () => {
  for (const steps of [[{ random_horizontal_flip: {} }], [{ eval: "x" }], ["resize", { nothing: {} }]]) {
    assertThrows(() => cardPipeline({ ...card, steps }, "m.onnx"), DataError, "preprocessing in m.onnx");
  }
});
