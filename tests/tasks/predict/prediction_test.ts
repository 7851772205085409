import { assert, assertEquals } from "@std/assert";
import { contactSheet } from "../../../src/tasks/predict/contact_sheet.ts";
import { asCsv, asJson, asTable, guesses, type Predictions } from "../../../src/tasks/predict/prediction.ts";

import { calibration } from "../../train/calibrations.ts";

const evil = '<script>alert("1")</script>';
const two = { temperature: 1, count: 2 }, one = { temperature: 1, count: 1 };
const result: Predictions = {
  model: "m.onnx",
  runtime: "ONNX Runtime",
  card: { model: "resnet18", classes: ["00", evil, "a,b"], imageSize: 32, steps: [], input: "normalized" },
  predictions: [
    {
      file: "x/1.png",
      guesses: guesses(Float32Array.of(0, 2, 1), ["00", evil, "a,b"], two),
      isUnknown: false,
    },
    {
      file: 'x/"2".png',
      guesses: guesses(Float32Array.of(3, 3, 0), ["00", evil, "a,b"], two),
      isUnknown: false,
    },
  ],
  unreadable: [{ path: "<b>.png", reason: "the file is empty" }],
};

Deno.test("guesses() puts the likeliest first, of equal ones the lower index", () => {
  const [first, second] = result.predictions.map(({ guesses }) =>
    guesses.map(({ label, index }) => [label, index])
  );
  assertEquals(first, [[evil, 1], ["a,b", 2]]);
  assertEquals(second, [["00", 0], [evil, 1]]);
  const sum = guesses(Float32Array.of(1, -2, 5), ["a", "b", "c"], { temperature: 1, count: 3 }).reduce(
    (all, { confidence }) => all + confidence,
    0,
  );
  assert(Math.abs(sum - 1) < 1e-12);
});

Deno.test("asJson() names every class that the model knows, labels as text", () => {
  const json = JSON.parse(asJson(result));
  assertEquals(json.classes, ["00", evil, "a,b"]);
  assertEquals(json.predictions[0], {
    file: "x/1.png",
    label: evil,
    index: 1,
    confidence: 0.665241,
    top: [{ label: evil, index: 1, confidence: 0.665241 }, { label: "a,b", index: 2, confidence: 0.244728 }],
  });
  assertEquals(json.unreadable, [{ file: "<b>.png", reason: "the file is empty" }]);
});

Deno.test("asCsv() quotes what needs it", () => {
  assertEquals(asCsv(result, 2), [
    "file,label,confidence,label_2,confidence_2,error",
    'x/1.png,"<script>alert(""1"")</script>",0.665241,"a,b",0.244728,',
    'x/""2"".png'.replace(/^(.*)$/, '"$1"') + ',00,0.487856,"<script>alert(""1"")</script>",0.487856,',
    "<b>.png,,,,,the file is empty",
  ]);
});

Deno.test("asCsv() keeps names from running in a spreadsheet", () => {
  const [guess] = guesses(Float32Array.of(1), ["=1+1"], one);
  const unreadable = [{ path: "@b.png", reason: "the file is empty" }];
  assertEquals(
    asCsv({ ...result, predictions: [{ file: "-a.png", guesses: [guess], isUnknown: false }], unreadable }, 1)
      .slice(1),
    [
      "'-a.png,'=1+1,1.000000,",
      "'@b.png,,,the file is empty",
    ],
  );
});

Deno.test("guesses() are as sure as the temperature makes them, and in the same order", () => {
  const [first, second] = guesses(Float32Array.of(0, 4), ["a", "b"], { temperature: 2, count: 2 });
  assertEquals([first.label, second.label], ["b", "a"]);
  assert(Math.abs(first.confidence - 1 / (1 + Math.exp(-2))) < 1e-12);
});

Deno.test("Every form says unknown where the model is not sure enough, and what the guess was", async () => {
  const [sure, unsure] = result.predictions;
  const cut: Predictions = {
    ...result,
    card: { ...result.card, calibration: calibration({ temperature: 1.5 }) },
    minConfidence: { asked: .6, of: [.6, .6, .6], notes: [] },
    predictions: [sure, { ...unsure, isUnknown: true }],
  };
  const csv = asCsv(cut, 2);
  assertEquals(csv[0], "file,label,confidence,label_2,confidence_2,guess,error");
  assertEquals(csv[2], `"x/""2"".png",unknown,0.487856,"<script>alert(""1"")</script>",0.487856,00,`);
  assertEquals(csv[3], "<b>.png,,,,,,the file is empty");
  const json = JSON.parse(asJson(cut)), [first, second] = json.predictions;
  assertEquals([json.temperature, json.min_confidence], [1.5, .6]);
  assertEquals([first.label, first.index], [evil, 1]);
  assertEquals([second.label, second.index, second.confidence], ["unknown", null, .487856]);
  assertEquals(second.top[0], { label: "00", index: 0, confidence: .487856 });
  assert(asTable(cut)[1].includes("unknown (00 48.8 %)"));
  const page = await contactSheet(cut, [{ picture: "data:," }, { picture: "data:," }]);
  assertEquals(page.match(/<p class="unknown">unknown<\/p>/g)?.length, 1);
  assert(page.includes("temperature 1.50, 1 unknown by --min-confidence 0.6"));
});

Deno.test("asTable() keeps control characters from the terminal", () => {
  const [guess] = guesses(Float32Array.of(1), ["\u001b[2J"], one);
  assertEquals(
    asTable({ ...result, predictions: [{ file: "a\u001b.png", guesses: [guess], isUnknown: false }] }),
    [
      "a\\u001b.png  \\u001b[2J 100.0 %",
    ],
  );
});

Deno.test("contactSheet() shows names as text, and nothing of them as markup", async () => {
  const heat = "data:image/jpeg;base64,BB";
  const html = await contactSheet(result, [{ picture: "data:image/jpeg;base64,AA" }, {
    picture: "data:,",
    heat,
  }]);
  assertEquals(html.match(/<img/g)?.length, 3);
  assert(html.includes(`<img src="${heat}" alt="what speaks for 00"`));
  assert(!/<script|<b>\.png/.test(html));
  assert(html.includes("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;"));
  assert(html.includes("&lt;b&gt;.png"));
  assertEquals(html.match(/<figure>/g)?.length, 2);
});
