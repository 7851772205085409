import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../src/base/errors.ts";
import { rng } from "../../src/base/rng.ts";
import { transforms } from "../../src/data/transforms/mod.ts";
import { defaultEvalSteps, defaultTrainSteps, pipeline } from "../../src/data/transforms/pipeline.ts";
import type { Step } from "../../src/data/transforms/transform.ts";
import { IMAGENET } from "../../src/data/types.ts";
import { patterned } from "./helpers.ts";

const make = (steps: Step[], purpose: "train" | "eval" = "train") =>
  pipeline(steps, { imageSize: 32, purpose });

/** What a message lists. */
const NAMES = [...Object.keys(transforms), "normalize"].join(", ");

function refuses(steps: Step[], message: string, purpose: "train" | "eval" = "train"): () => void {
  return () => {
    const error = assertThrows(() => make(steps, purpose), ConfigError);
    assertEquals(error.message, message);
  };
}

Deno.test("the default pipelines give image_size pictures and ImageNet's normalisation", () => {
  for (const imageSize of [32, 48, 224]) {
    for (
      const [purpose, steps] of [["train", defaultTrainSteps()], [
        "eval",
        defaultEvalSteps(imageSize),
      ]] as const
    ) {
      const made = pipeline(steps, { imageSize, purpose });
      const { width, height } = made.apply(patterned(30, 42), rng(1));
      assertEquals([width, height], [imageSize, imageSize]);
      assertEquals([made.random, made.normalization], [purpose === "train", IMAGENET]);
    }
  }
});

Deno.test("the default evaluation resizes to round(size * 256 / 224)", () => {
  const resizes = [32, 64, 96, 128, 160, 224].map((size) => {
    return pipeline(defaultEvalSteps(size), { imageSize: size, purpose: "eval" }).preprocessing.resize;
  });
  assertEquals(resizes, [37, 73, 110, 146, 183, 256]);
});

Deno.test("pipeline() says how pictures are prepared", () => {
  const shared = { interpolation: "bilinear", antialias: true, channel_order: "RGB" } as const;
  assertEquals(make(defaultEvalSteps(32), "eval").preprocessing, { resize: 37, crop: 32, ...shared });
  assertEquals(make(["resize", "center_crop"], "eval").preprocessing, { resize: 32, crop: 32, ...shared });
  const stretched = make([{ resize: { keep_aspect: false } }], "eval").preprocessing;
  assertEquals(stretched, { resize: [32, 32], crop: null, ...shared });
  assertEquals(make(["center_crop"], "eval").preprocessing, { resize: null, crop: 32, ...shared });
  const larger = make([{ resize: { ratio: 256 / 224 } }, "center_crop"], "eval").preprocessing;
  assertEquals(larger, { resize: 37, crop: 32, ...shared });
  const cubic = make([{ resize: { size: 40, interpolation: "bicubic" } }, "center_crop"], "eval");
  assertEquals(cubic.preprocessing, { resize: 40, crop: 32, ...shared, interpolation: "bicubic" });
});

Deno.test("pipeline() reads a step as {name: options}, {name: null} or a name", () => {
  const picture = patterned(50, 40);
  const results = [[{ resize: {} }, "center_crop"], [{ resize: null }, { center_crop: { size: 32 } }], [
    "resize",
    "center_crop",
  ]]
    .map((steps) => make(steps as Step[]).apply(picture, rng(1)));
  assertEquals(results[0], results[1]);
  assertEquals(results[0], results[2]);
});

Deno.test("pipeline() takes its own mean and std from the last step", () => {
  const own = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] };
  assertEquals(make(["center_crop", { normalize: own }]).normalization as unknown, own);
  assertEquals(make(["center_crop", { normalize: { std: own.std } }]).normalization.mean, IMAGENET.mean);
});

for (const [name, { random }] of Object.entries(transforms)) {
  if (!random) continue;
  Deno.test(
    `an evaluation pipeline refuses ${name}`,
    refuses(
      ["resize", name],
      `Cannot use ${name} at transforms.eval[1]: it is random, but evaluation must see the same image each time; ` +
        `move it to transforms.train`,
      "eval",
    ),
  );
}

Deno.test(
  "an unknown transform is refused with the nearest",
  refuses(
    [{ random_resize_crop: {} }],
    `Cannot find transform "random_resize_crop" at transforms.train[0]: did you mean "random_resized_crop"? ` +
      `Valid names are ${NAMES}`,
  ),
);
Deno.test(
  "a name that every object has is no transform",
  refuses(
    ["hasOwnProperty"],
    `Cannot find transform "hasOwnProperty" at transforms.train[0]: Valid names are ${NAMES}`,
  ),
);
Deno.test(
  "an unknown option is refused with the nearest",
  refuses(
    ["resize", { color_jitter: { brightnes: 0.2 } }],
    `Cannot use transforms.train[1].color_jitter.brightnes because it is not an option: did you mean "brightness"? ` +
      "Options: brightness, contrast, saturation, hue",
  ),
);
Deno.test(
  "a value out of range is refused",
  refuses(
    [{ random_horizontal_flip: { p: 1.5 } }],
    "Cannot use transforms.train[0].random_horizontal_flip.p because it must be at most 1, current value is 1.5",
  ),
);
Deno.test(
  "a resize by size and ratio is refused",
  refuses(
    [{ resize: { size: 8, ratio: 2 } }],
    'Cannot use transforms.train[0].resize because it must have size or ratio, not both, current value is {"size":8,"ratio":2}',
  ),
);
Deno.test(
  "a reversed range is refused",
  refuses(
    [{ random_resized_crop: { scale: [1, 0.5] } }],
    "Cannot use transforms.train[0].random_resized_crop.scale because it must be [low, high] with low <= high, current value is [1,0.5]",
  ),
);
Deno.test(
  "two transforms in one step are refused",
  refuses(
    [{ resize: {}, center_crop: {} }],
    `Cannot read transforms.train[0]: it must name one transform, current names are "resize", "center_crop"`,
  ),
);
Deno.test(
  "behind normalize stands only what acts on the normalised picture",
  refuses(
    ["normalize", "center_crop"],
    "Cannot use center_crop at transforms.train[1]: only random_erasing may come after normalize",
  ),
);
Deno.test(
  "random_erasing must come after normalize",
  refuses(
    ["random_erasing", "normalize"],
    "Cannot use random_erasing at transforms.train[0]: it acts on the normalised image, so it must come after normalize",
  ),
);
Deno.test(
  "normalize may be given once",
  refuses(
    ["normalize", "random_erasing", "normalize"],
    "Cannot use normalize at transforms.train[2]: the image is already normalised; keep one normalize step",
  ),
);
Deno.test(
  "a list of transforms holds none of the normalised picture",
  refuses(
    [{ random_apply: { transforms: ["jpeg", "normalize"] } }],
    "Cannot use normalize at transforms.train[0].random_apply.transforms[1]: it acts on the normalised image; " +
      "move it out of the list, to the end",
  ),
);
Deno.test(
  "an option of a transform within a list is refused at its place",
  refuses(
    [{ random_apply: { transforms: ["jpeg", { random_choice: { transforms: [{ zoom_in: { p: 2 } }] } }] } }],
    "Cannot use transforms.train[0].random_apply.transforms[1].random_choice.transforms[0].zoom_in.p because " +
      "it must be at most 1, current value is 2",
  ),
);
Deno.test(
  "weights of random_choice must be as many as its transforms",
  refuses(
    [{ random_choice: { transforms: ["jpeg"], p: [1, 2] } }],
    "Cannot use transforms.train[0].random_choice.p because it must have a weight for each transform, current value is [1,2]",
  ),
);

Deno.test("pipeline() refuses pictures that do not have the image size", () => {
  const error = assertThrows(() => make(["resize"]).apply(patterned(30, 42), rng(1)), RangeError);
  assertEquals(
    error.message,
    "Cannot batch image: transforms.train must produce 32x32, current size is 32x44; end with center_crop, random_resized_crop or resize with keep_aspect=false",
  );
});
