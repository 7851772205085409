import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { labelsMapping } from "../../src/data/labels_mapping.ts";
import { IMAGENET } from "../../src/data/types.ts";

const preprocessing = {
  resize: 37,
  crop: 32,
  interpolation: "bilinear",
  antialias: true,
  channel_order: "RGB",
} as const;

Deno.test("labelsMapping() prints what json.dumps(indent=2) prints, keys in class order", () => {
  assertEquals(
    labelsMapping(
      ["0", "00", "10", "2"],
      { mean: [0.485, 0.456, 0], std: [1, 0.00001, 1e16] },
      preprocessing,
    ),
    `{
  "num_classes": 4,
  "class_to_idx": {
    "0": 0,
    "00": 1,
    "10": 2,
    "2": 3
  },
  "idx_to_class": {
    "0": "0",
    "1": "00",
    "2": "10",
    "3": "2"
  },
  "normalization": {
    "mean": [
      0.485,
      0.456,
      0.0
    ],
    "std": [
      1.0,
      1e-05,
      1e+16
    ]
  },
  "preprocessing": {
    "resize": 37,
    "crop": 32,
    "interpolation": "bilinear",
    "antialias": true,
    "channel_order": "RGB"
  }
}`,
  );
});

Deno.test("labelsMapping() escapes names as Python does and stays JSON", () => {
  const names = ['a"b\\c', "é日\u{1F600}", "tab\t\u007f", "__proto__"];
  const text = labelsMapping(names, IMAGENET, preprocessing);
  assertEquals(text.includes(String.raw`"a\"b\\c": 0`), true);
  assertEquals(text.includes(String.raw`"\u00e9\u65e5\ud83d\ude00": 1`), true);
  assertEquals(text.includes(String.raw`"tab\t\u007f": 2`), true);
  assertEquals(Object.values(JSON.parse(text).idx_to_class), names);
});

Deno.test("labelsMapping() prints null for what an evaluation leaves out", () => {
  const text = labelsMapping([], IMAGENET, { ...preprocessing, resize: null, crop: null });
  assertEquals(JSON.parse(text).preprocessing.resize, null);
  const stretched = labelsMapping([], IMAGENET, { ...preprocessing, resize: [32, 48], crop: null });
  assertMatch(stretched, /^ {4}"resize": \[\n {6}32,\n {6}48\n {4}\],$/m); // json.dumps(..., indent=2)
  assertEquals(text.includes(`"class_to_idx": {},`), true);
});

Deno.test("labelsMapping() refuses what JSON cannot hold", () => {
  const broken = { mean: [NaN, 0, 0], std: [1, 1, 1] } as const;
  assertThrows(() => labelsMapping([], broken, preprocessing), RangeError, "Cannot write NaN");
});
