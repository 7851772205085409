import { assert, assertEquals } from "@std/assert";
import { contactSheet } from "../../../src/tasks/predict/contact_sheet.ts";
import { asCsv, asJson, asTable, guesses, type Predictions } from "../../../src/tasks/predict/prediction.ts";

const evil = '<script>alert("1")</script>';
const result: Predictions = {
  model: "m.onnx",
  runtime: "ONNX Runtime",
  card: { model: "resnet18", classes: ["00", evil, "a,b"], imageSize: 32, steps: [], input: "normalized" },
  predictions: [
    { file: "x/1.png", guesses: guesses(Float32Array.of(0, 2, 1), ["00", evil, "a,b"], 2) },
    { file: 'x/"2".png', guesses: guesses(Float32Array.of(3, 3, 0), ["00", evil, "a,b"], 2) },
  ],
  unreadable: [{ path: "<b>.png", reason: "the file is empty" }],
};

Deno.test("guesses() puts the likeliest first, of equal ones the lower index", () => {
  const [first, second] = result.predictions.map(({ guesses }) =>
    guesses.map(({ label, index }) => [label, index])
  );
  assertEquals(first, [[evil, 1], ["a,b", 2]]);
  assertEquals(second, [["00", 0], [evil, 1]]);
  const sum = guesses(Float32Array.of(1, -2, 5), ["a", "b", "c"], 3).reduce(
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
  const [guess] = guesses(Float32Array.of(1), ["=1+1"], 1);
  const unreadable = [{ path: "@b.png", reason: "the file is empty" }];
  assertEquals(
    asCsv({ ...result, predictions: [{ file: "-a.png", guesses: [guess] }], unreadable }, 1).slice(1),
    [
      "'-a.png,'=1+1,1.000000,",
      "'@b.png,,,the file is empty",
    ],
  );
});

Deno.test("asTable() keeps control characters from the terminal", () => {
  const [guess] = guesses(Float32Array.of(1), ["\u001b[2J"], 1);
  assertEquals(asTable({ ...result, predictions: [{ file: "a\u001b.png", guesses: [guess] }] }), [
    "a\\u001b.png  \\u001b[2J 100.0 %",
  ]);
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
