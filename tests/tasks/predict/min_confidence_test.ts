import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ConfigError } from "../../../src/base/errors.ts";
import { minConfidenceOf, readMinConfidence } from "../../../src/tasks/predict/min_confidence.ts";
import type { ModelCard } from "../../../src/train/model_card.ts";
import { calibration } from "../../train/calibrations.ts";

const card: ModelCard = {
  model: "resnet18",
  classes: ["00", "01", "02"],
  imageSize: 32,
  steps: [],
  input: "normalized",
};

Deno.test("readMinConfidence() takes auto and shares, and says what a percentage would be", () => {
  assertEquals(["auto", "0", "0.8", "1"].map(readMinConfidence), ["auto", 0, .8, 1]);
  const cures = {
    "80": "80 as a share is 0.8",
    "80 %": "is 0.8",
    Auto: "did you mean auto?",
    "-1": "0 to 1",
    "": "",
  };
  for (const [text, cure] of Object.entries(cures)) {
    assertThrows(() => readMinConfidence(text), ConfigError, `Cannot use --min-confidence ${text}`);
    assertThrows(() => readMinConfidence(text), ConfigError, cure);
  }
});

Deno.test("minConfidenceOf() takes each class's threshold for auto, and says which have none", () => {
  const { of, notes } = minConfidenceOf("auto", { ...card, calibration: calibration() }, "m.safetensors");
  assertEquals(of, [.5, .75, null]);
  assertEquals(notes, ["1 of 3 classes have no threshold and are never answered: 02"]);
  const seen = calibration(), classes = seen.classes.map((one, i) => i === 2 ? { ...one, images: 0 } : one);
  const [unseen] = minConfidenceOf("auto", { ...card, calibration: { ...seen, classes } }, "m").notes;
  assertEquals(unseen, `${notes[0]}; none of the images validated are of 02`);
  assertThrows(
    () => minConfidenceOf("auto", card, "m.safetensors"),
    ConfigError,
    "m.safetensors has no thresholds; train with callbacks.calibrate={}, or give a number such as",
  );
});

Deno.test("minConfidenceOf() takes one number for all classes, and says what it is compared with", () => {
  const { of, notes: [note] } = minConfidenceOf(.8, card, "m.onnx");
  assertEquals(of, [.8, .8, .8]);
  assertStringIncludes(note, "m.onnx has no temperature");
  assertEquals(minConfidenceOf(.8, { ...card, calibration: calibration() }, "m.onnx").notes, []);
  const own = { ...card, classes: ["00", "unknown"] };
  assertStringIncludes(minConfidenceOf(.8, own, "m.onnx").notes[1], 'a class "unknown" of its own');
});
