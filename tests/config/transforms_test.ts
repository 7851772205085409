import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../src/base/errors.ts";
import { loadConfig, pipelineSteps } from "../../src/config/mod.ts";
import { defaultEvalSteps, defaultTrainSteps, pipeline } from "../../src/data/transforms/pipeline.ts";
import type { Step } from "../../src/data/transforms/transform.ts";
import { denoConfigFiles } from "../../src/host/deno_config.ts";

const files = denoConfigFiles();
const steps = (...overrides: string[]) => pipelineSteps(loadConfig(files, overrides));

/** `list` without what is the same when left out: normalize's options, center_crop's size, how a resize is done. */
function bare(list: readonly Step[]): Step[] {
  return list.map((step) => {
    const [name] = Object.keys(step);
    if (["normalize", "center_crop"].includes(name)) return name;
    const { keep_aspect: _, interpolation: __, ...options } =
      (step as Record<string, Record<string, unknown>>)[name];
    return { [name]: options };
  });
}

Deno.test("transforms=default gives the documented defaults", () => {
  const { train, eval: evaluation } = steps("transforms=default", "data.image_size=224");
  const made = { train: bare(train), eval: bare(evaluation) };
  assertEquals(made, { train: bare(defaultTrainSteps()), eval: bare(defaultEvalSteps(224)) });
});

Deno.test("pipelineSteps() takes sizes from data.image_size and normalize from data.normalization", () => {
  const { eval: evaluation } = steps(
    "transforms=default",
    "data.image_size=32",
  );
  assertEquals(evaluation, [
    { resize: { size: 37, keep_aspect: true, interpolation: "bilinear" } },
    { center_crop: {} },
    { normalize: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } },
  ]);
});

Deno.test("pipelineSteps() resizes to image_size where no ratio is given, and to a given size", () => {
  const { eval: evaluation } = steps(
    "data.image_size=32",
    "transforms.eval=[resize, {resize: {size: 40, keep_aspect: false}}]",
  );
  assertEquals(evaluation, [
    { resize: { size: 32, keep_aspect: true, interpolation: "bilinear" } },
    { resize: { size: 40, keep_aspect: false, interpolation: "bilinear" } },
  ]);
});

for (const name of ["basketball_jersey", "default", "rand_augment", "small_photos", "stretched", "upright"]) {
  Deno.test(`transforms=${name} makes two pipelines`, () => {
    const { train, eval: evaluation } = steps(`transforms=${name}`);
    assertEquals(pipeline(train, { imageSize: 32, purpose: "train" }).random, true);
    assertEquals(pipeline(evaluation, { imageSize: 32, purpose: "eval" }).random, false);
  });
}

Deno.test("transforms.batch has ways to mix, with their defaults, and nothing unless it is asked for", () => {
  const batch = (...overrides: string[]) => loadConfig(files, overrides).transforms.batch;
  assertEquals(batch(), []);
  assertEquals(batch("transforms.batch=[mixup, {cutmix: {alpha: 0.5}}]"), [
    { mixup: { alpha: 1 } },
    { cutmix: { alpha: 0.5 } },
  ]);
  assertThrows(() => batch("transforms.batch=[{mixup: {alpha: 0}}]"), ConfigError, "alpha");
  assertThrows(() => batch("transforms.batch=[resize]"), ConfigError, "resize");
});

Deno.test("pipelineSteps() takes sizes of transforms within transforms from data.image_size too", () => {
  const { train } = steps(
    "data.image_size=32",
    "transforms.train=[{random_apply: {transforms: [{resize: {ratio: 1.5}}, jpeg]}}]",
  );
  assertEquals(train, [
    {
      random_apply: {
        transforms: [{ resize: { size: 48, keep_aspect: true, interpolation: "bilinear" } }, {
          jpeg: { quality: [20, 75], p: 0.5 },
        }],
        p: 0.5,
      },
    },
  ]);
});

const refused: [override: string, fault: string][] = [
  [
    "transforms.train=[{random_choice: {transforms: []}}]",
    "Cannot use transforms.train.0.random_choice.transforms=[] because it must have at least 1 entry",
  ],
  [
    "transforms.eval=[color_jitter]",
    "Cannot use transforms.eval.0=color_jitter because it must not be random: evaluation sees the same image each time",
  ],
  [
    "transforms.eval=[resise]",
    "Cannot use key transforms.eval.0.resise because there is no such key: did you mean transforms.eval.0.resize? ",
  ],
  [
    "transforms.train.0.random_resized_crop.scal=1",
    "Cannot use override transforms.train.0.random_resized_crop.scal=1 because there is no such key: " +
    "did you mean transforms.train.0.random_resized_crop.scale? " +
    "Keys of transforms.train.0.random_resized_crop: size, scale, ratio",
  ],
  [
    "transforms.train.0.random_resized_crop.scale=[2, 1]",
    "Cannot use transforms.train.0.random_resized_crop.scale=[2,1] because it must be [low, high] with low <= high",
  ],
  [
    "transforms.train=[{color_jitter: {hue: x}}]",
    "Cannot use transforms.train.0.color_jitter.hue=x because it must be a number or a list",
  ],
  [
    "transforms.train=[{normalize: {mean: [0, 0, 0]}}]",
    "Cannot use key transforms.train.0.normalize.mean because there is no such key: it follows from the data, or from data.normalization",
  ],
  [
    "transforms.train=[{random_apply: {transforms: [{jpg: {}}]}}]",
    "Cannot use key transforms.train.0.random_apply.transforms.0.jpg because there is no such key: ",
  ],
  [
    "transforms.train=[{random_choice: {transforms: [jpeg], p: [1, 2]}}]",
    "Cannot use transforms.train.0.random_choice.p=[1,2] because it must have a weight for each transform",
  ],
  [
    "transforms.train=[{gaussian_blur: {kernel_size: 4}}]",
    "Cannot use transforms.train.0.gaussian_blur.kernel_size=4",
  ],
  [
    "transforms.train=[{zoom_out: {scale: [0.5, 1]}}]",
    "Cannot use transforms.train.0.zoom_out.scale.0=0.5 because it must be at least 1",
  ],
  [
    "transforms.eval=[{random_apply: {transforms: [resize]}}]",
    'Cannot use transforms.eval.0={"random_apply":',
  ],
  [
    "transforms.eval=[{resize: {size: 8, ratio: 2}}]",
    'Cannot use transforms.eval.0.resize={"size":8,"ratio":2} because it must have size or ratio, not both',
  ],
];

for (const [override, fault] of refused) {
  Deno.test(`loadConfig() refuses ${override}`, () => {
    const error: ConfigError = assertThrows(() => loadConfig(files, [override]), ConfigError);
    assertEquals(error.message.slice(0, fault.length), fault);
  });
}
