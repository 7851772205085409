/** The presets of transforms in the page: their numbers, edits as overrides and as files, and what is said of crops. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { parse } from "yaml";
import { type Rng, rng } from "../../src/base/rng.ts";
import { loadConfig, pipelineSteps } from "../../src/config/mod.ts";
import { pipeline } from "../../src/data/transforms/pipeline.ts";
import { denoConfigFiles } from "../../src/host/deno_config.ts";
import type { PresetOption, Transforms } from "../../web/protocol/sees_calls.ts";
import { edited, overridesFor, withEdit, withValue } from "../../web/state/edits.ts";
import { lossInWords, mixInWords, percent, scaleInWords } from "../../web/views/sees/words.ts";
import { mixingWays } from "../../web/worker/sees/mixing.ts";
import { editedFile, presetOf } from "../../web/worker/sees/presets.ts";
import { spread, varied } from "../../web/worker/sees/varied.ts";

const files = denoConfigFiles();
const texts = new Map(files.options("transforms").map((name) => [name, files.read(`transforms/${name}`)!]));
const presets = [...texts].map(([name, text]) => presetOf(name, text));

/** What both pipelines draw for images of several sizes. */
function draws(
  { train, eval: evaluation }: { train: Transforms["train"]; eval: Transforms["eval"] },
  imageSize: number,
) {
  const random = rng(3, "sizes");
  return Array.from({ length: 8 }, (_, n) => {
    const size = { width: 20 + random.integer(600), height: 20 + random.integer(600) };
    return [
      pipeline(train, { imageSize, purpose: "train" }).draw(size, rng(n)),
      pipeline(evaluation, { imageSize, purpose: "eval" }).draw(size, rng(n)),
    ];
  });
}

/** A value on an option's slider. */
function onSlider({ least, most, grain }: PresetOption, random: Rng): number {
  const steps = random.integer(Math.floor((most - least) / grain) + 1);
  return Number((least + steps * grain).toFixed(6));
}

const numbersOf = ({ values }: Pick<PresetOption, "values">) => [values].flat();

Deno.test("a preset is what the command line makes of its file", () => {
  assert(presets.length >= 4);
  for (const preset of presets) {
    const config = loadConfig(files, [`transforms=${preset.name}`, "data.image_size=96"]);
    assertEquals(draws(preset, 96), draws(pipelineSteps(config), 96), preset.name);
    assert(/^[A-Z].*\.$/.test(preset.about), preset.about);
  }
});

Deno.test("each number of a preset is an option, and either end of its slider is accepted", () => {
  const count = (value: unknown): number =>
    typeof value === "number"
      ? 1
      : value === null || typeof value !== "object"
      ? 0
      : Object.values(value).reduce((sum: number, part) => sum + count(part), 0);
  for (const preset of presets) {
    const numbers = preset.options.flatMap(numbersOf);
    assertEquals(numbers.length, count(parse(texts.get(preset.name)!)));
    for (const option of preset.options) {
      for (const value of numbersOf(option)) {
        assert(option.least <= value && value <= option.most, option.key);
      }
      for (const end of [option.least, option.most]) {
        for (const at of numbersOf(option).keys()) {
          const edits = withEdit({}, option, withValue(option, option.values, at, end));
          loadConfig(files, overridesFor(preset.name, edits));
          pipeline(edited(preset, edits).train, { imageSize: 32, purpose: "train" });
        }
      }
    }
  }
});

Deno.test("edits mean the same as overrides of the command line, and as a file", () => {
  const random = rng(11, "edits");
  for (const preset of presets) {
    for (let n = 0; n < 12; n++) {
      let edits = {};
      for (const option of preset.options) {
        if (random.uniform() < 0.5) continue;
        const at = random.integer(numbersOf(option).length);
        edits = withEdit(edits, option, withValue(option, option.values, at, onSlider(option, random)));
      }
      const steps = edited(preset, edits), text = editedFile(texts.get(preset.name)!, edits, []);
      const config = loadConfig(files, [...overridesFor(preset.name, edits), "data.image_size=64"]);
      assertEquals(draws(steps, 64), draws(pipelineSteps(config), 64), JSON.stringify(edits));
      assertEquals(parse(text), { train: steps.train, eval: steps.eval });
    }
    const comments = texts.get(preset.name)!.match(/#.*/g) ?? [];
    const again = editedFile(texts.get(preset.name)!, {}, []);
    for (const comment of comments) assertStringIncludes(again, comment);
  }
});

Deno.test("ways to mix batches mean the same as an override, and in a file", () => {
  const timm = { mixup_alpha: 0.5, prob: 0.9, mode: "elem", correct_lam: false };
  const both = { ...timm, cutmix_alpha: 0, cutmix_minmax: [0.2, 0.8], switch_prob: 0.5 };
  const ways = [{ mixup: { alpha: 0.2 } }, { cutmix: { alpha: 1.5 } }, { timm_mixup: both }, { mixup: {} }];
  for (let n = 0; n <= ways.length; n++) {
    const batch = ways.slice(0, n),
      { batch: read } = loadConfig(files, overridesFor("upright", {}, batch)).transforms;
    assertEquals(
      read.map((way) => Object.entries(way)),
      batch.map((way) => {
        const [[name, options]] = Object.entries(way);
        return [[name, name === "timm_mixup" ? options : { alpha: 1, ...options }]];
      }),
    );
    const text = editedFile(texts.get("upright")!, {}, batch);
    assertEquals(parse(text).batch ?? [], batch);
    assertEquals(presetOf("mine", text).batch, batch);
    assertEquals(editedFile(text, {}, batch), text);
    assertEquals(presetOf("mine", editedFile(text, {}, [])).batch, []);
  }
  assertEquals(presetOf("mine", "train: []\neval: []\nbatch: [cutmix, mixup: ]\n").batch, [{ cutmix: {} }, {
    mixup: {},
  }]);
});

Deno.test("options of mixing have the values that the page may set", () => {
  const [, , { options }] = mixingWays();
  const said = options.map((
    { name, value, least, most, choices },
  ) => [name, value, least, most, choices.length]);
  assertEquals(said.slice(0, 2), [["mixup_alpha", 1, 0.05, 4, 0], ["cutmix_alpha", 0, 0, 4, 0]]);
  assertEquals(said.slice(3, 6), [["prob", 1, 0, 1, 0], ["switch_prob", 0.5, 0, 1, 0], [
    "mode",
    "batch",
    ...said[5].slice(2),
  ]]);
  assertEquals(options[5].choices, ["batch", "pair", "elem"]);
});

Deno.test("the other end of a range gives way, and a value of the preset is no edit", () => {
  const option: PresetOption = {
    key: "train.0.zoom_in.scale",
    transform: "zoom_in",
    name: "scale",
    values: [0.5, 0.8],
    isRange: true,
    least: 0.01,
    most: 1,
    grain: 0.01,
  };
  assertEquals(withValue(option, [0.5, 0.8], 0, 0.9), [0.9, 0.9]);
  assertEquals(withValue(option, [0.5, 0.8], 1, 0.2), [0.2, 0.2]);
  assertEquals(withValue({ ...option, isRange: false }, [0.5, 0.8], 0, 0.9), [0.9, 0.8]);
  const edits = withEdit({ other: 1 }, option, [0.6, 0.8]);
  assertEquals(overridesFor("mine", edits), [
    "transforms=mine",
    "transforms.other=1",
    "transforms.train.0.zoom_in.scale=[0.6,0.8]",
  ]);
  assertEquals(withEdit(edits, option, [0.5, 0.8]), { other: 1 });
});

Deno.test("varied() gives the narrowest, the widest and as many classes as there are between", () => {
  const random = rng(5, "varied");
  for (let n = 0; n < 100; n++) {
    const count = 2 + random.integer(9), classes = 1 + random.integer(12);
    const images = Array.from({ length: random.integer(6000) }, (_, id) => ({
      id,
      label: random.integer(classes),
      aspect: Math.exp(random.normal()),
    }));
    const ids = varied(images, count), chosen = ids.map((id) => images[id]);
    assertEquals(ids.length, Math.min(count, images.length));
    assertEquals(new Set(ids).size, ids.length);
    const aspects = chosen.map(({ aspect }) => aspect);
    assertEquals(aspects, aspects.toSorted((a, b) => a - b));
    if (images.length < count) continue;
    const all = images.map(({ aspect }) => aspect);
    assertEquals([aspects[0], aspects.at(-1)], [Math.min(...all), Math.max(...all)]);
    if (images.length < 30 * classes * count) continue;
    const labels = new Set(chosen.map(({ label }) => label));
    assert(labels.size >= Math.min(classes, count - 1)); // both ends may be of one class
  }
});

Deno.test("spread() gives as many as there are, in order, of all parts", () => {
  const random = rng(6, "spread");
  for (let n = 0; n < 100; n++) {
    const ids = Array.from({ length: random.integer(200) }, (_, i) => 3 * i), count = 1 + random.integer(12);
    const found = spread(ids, count);
    assertEquals(found.length, Math.min(count, ids.length));
    assertEquals(found, [...new Set(found)].filter((id) => ids.includes(id)).toSorted((a, b) => a - b));
    if (ids.length <= count) continue;
    found.forEach((id, i) => assertEquals(Math.floor((ids.indexOf(id) + 0.5) * count / ids.length), i));
  }
});

Deno.test("losses and scales are told in words", () => {
  const none = { left: 0, right: 0, top: 0, bottom: 0, beside: 0, width: 640, height: 480 };
  const perPixel = [2, 2] as const;
  assertEquals(lossInWords({ ...none, perPixel }), "Nothing is cut off");
  assertEquals(
    lossInWords({ ...none, left: 0.12, right: 0.12, perPixel }),
    "Left 12 %, right 12 % are cut off",
  );
  assertEquals(lossInWords({ ...none, bottom: 0.3, perPixel }), "Bottom 30 % is cut off");
  assertStringIncludes(
    lossInWords({ ...none, beside: 0.25, perPixel }),
    "25 % of what the network gets is black",
  );
  assertEquals(scaleInWords({ ...none, perPixel }), "640 x 480 pixels, shrunk 2.0 times");
  assertEquals(scaleInWords({ ...none, perPixel: [0.2, 0.2] }), "640 x 480 pixels, enlarged 5.0 times");
  assertEquals(
    scaleInWords({ ...none, perPixel: [2, 4] }),
    "640 x 480 pixels, shrunk 2.8 times and made 2.0 times as wide",
  );
  assertEquals([0, 0.004, 0.126, 0.996, 1].map(percent), ["0 %", "0.4 %", "13 %", "99.6 %", "100 %"]);
  assertEquals(mixInWords({ className: "10", share: 0.7 }), "and 30\u00a0% of 10");
  assertEquals(mixInWords({ className: "10", share: 1 }), "not mixed");
  assertEquals([1e-4, 0.9999].map(percent), ["under 0.1 %", "99.9 %"]);
});
