/** Models and transforms of torchvision. */

import { ConfigError } from "../../../base/errors.ts";
import { resizeFilters } from "../../../data/transforms/operation.ts";
import { IMAGENET } from "../../../data/types.ts";
import { type ModelName, modelNames, models as networks } from "../../../nn/models/mod.ts";
import { type Data, isList } from "../../tree.ts";
import {
  allMoot,
  family,
  type Fate,
  type Finish,
  interpolation,
  kept,
  memberOf,
  moot,
  only,
  type Read,
  required,
  squareSide,
  unlessNull,
} from "../target.ts";

/** Weights by the names of torchvision's enumerations, of which `DEFAULT` means one. */
function readWeights(model: ModelName): Read {
  const version = networks[model].weights?.version;
  return (value) => {
    const name = String(value).replace(/^.*_Weights\./, "");
    if (!/^(?:DEFAULT|IMAGENET1K_V\d)$/.test(name)) return value;
    if (name === "DEFAULT" || name === version) return "DEFAULT";
    throw new ConfigError(`it must be DEFAULT, which is ${version}, or a file`);
  };
}

/** torchvision's names of our options of networks. */
const NETWORK_OPTIONS = { dropout: "dropout", stochastic_depth_prob: "stochastic_depth" };

/** The options that a network has here, with its defaults. */
function networkOptions(model: ModelName) {
  const defaults = networks[model].options.parse({}) as Readonly<Record<string, Data>>;
  const known = Object.entries(NETWORK_OPTIONS).filter(([, own]) => own in defaults);
  return Object.fromEntries(known.map(([theirs, own]) => [theirs, kept(defaults[own], { as: own })]));
}

/** The networks. */
export const models = family("model", ["torchvision.models.*"], {
  ...Object.fromEntries(modelNames.map((name) => [name, [name, {
    options: {
      weights: kept(null, { read: readWeights(name) }),
      progress: moot("a download says what it is"),
      num_classes: moot("it follows from the data"),
      ...networkOptions(name),
    },
  }]])),
});

const resizing = kept("bilinear", { read: interpolation(...resizeFilters) });
const antialias = only([true, null, "warn"], "images are resized by antialiased filters");
const side = required({ read: squareSide });
const anyWarp = interpolation("nearest", "bilinear");
const inPlace = moot("images are not changed in place");
const strength = kept(null, { read: unlessNull });

/** `Resize([s, s])` stretches to a square; `Resize(s)` and `Resize([s])` make the shorter side s long. */
const stretch: Finish = (options) => {
  const size = options.get("size");
  if (!isList(size)) return;
  const sides = size.value.map(({ value }) => value);
  if (sides.length < 1 || sides.length > 2 || sides.some((one) => one !== sides[0])) {
    throw new ConfigError("its size must be one number or the same twice: images here are square");
  }
  options.set("size", { ...size.value[0], origin: size.origin });
  if (sides.length === 2) options.set("keep_aspect", { value: false, origin: size.origin });
};

function imageNet(key: "mean" | "std"): Fate {
  const wanted = JSON.stringify(IMAGENET[key]);
  const read = (value: Data) => {
    if (JSON.stringify(value) === wanted) return undefined;
    throw new ConfigError(
      `data.normalization chooses the values: leave it out, or give ImageNet's ${wanted}`,
    );
  };
  return required({ read, note: "ImageNet's" });
}

const quality: Read = (value) => Array.isArray(value) ? value : [value, value];

const random = {
  RandomHorizontalFlip: ["random_horizontal_flip", { options: { p: kept(0.5) } }],
  ColorJitter: ["color_jitter", {
    options: { brightness: strength, contrast: strength, saturation: strength, hue: strength },
  }],
  RandomAffine: ["random_affine", {
    options: {
      degrees: required(),
      translate: kept(null, { read: unlessNull }),
      scale: kept(null, { read: unlessNull }),
      shear: kept(null, { read: unlessNull }),
      interpolation: kept("nearest", { read: anyWarp }),
      fill: kept(0),
      center: only([null], "images turn about their centres"),
    },
  }],
  RandomPerspective: ["random_perspective", {
    options: {
      distortion_scale: kept(0.5),
      p: kept(0.5),
      interpolation: kept("bilinear", { read: anyWarp }),
      fill: kept(0),
    },
  }],
  GaussianBlur: ["gaussian_blur", { options: { kernel_size: required(), sigma: kept([0.1, 2]) } }],
  RandomErasing: ["random_erasing", {
    options: {
      p: kept(0.5),
      scale: kept([0.02, 0.33]),
      ratio: kept([0.3, 3.3]),
      value: kept(0),
      inplace: inPlace,
    },
  }],
  RandomApply: ["random_apply", { options: { transforms: required(), p: kept(0.5) } }],
  RandomChoice: ["random_choice", { options: { transforms: required(), p: kept(null) } }],
  JPEG: ["jpeg", { options: { quality: required({ read: quality }) }, adds: { p: 1 } }],
} as const;

/** Single adjustments with a probability. */
const adjustments = {
  RandomPosterize: ["posterize", { options: { bits: required(), p: kept(0.5) } }],
  RandomSolarize: ["solarize", { options: { threshold: required(), p: kept(0.5) } }],
  RandomEqualize: ["equalize", { options: { p: kept(0.5) } }],
  RandomAutocontrast: ["autocontrast", { options: { p: kept(0.5) } }],
  RandomAdjustSharpness: ["sharpness", {
    options: { sharpness_factor: required({ as: "factor" }), p: kept(0.5) },
  }],
  RandomInvert: ["invert", { options: { p: kept(0.5) } }],
  RandomGrayscale: ["grayscale", { options: { p: kept(0.1) } }],
  RandomRotation: ["rotate", {
    options: {
      degrees: required(),
      interpolation: kept("nearest", { read: anyWarp }),
      expand: only([false], "images keep their size"),
      center: only([null], "images turn about their centres"),
      fill: kept(0),
    },
  }],
} as const;

const policy: Read = (value) => memberOf(value).replace(/^AutoAugmentPolicy\./, "").toLowerCase();
const warping = (mode: "nearest" | "bilinear") => ({
  interpolation: kept(mode, { read: anyWarp }),
  fill: kept(null, { read: unlessNull }),
});

/** Policies that draw from many operations. */
const automatic = {
  RandAugment: ["rand_augment", {
    options: { num_ops: kept(2), magnitude: kept(9), num_magnitude_bins: kept(31), ...warping("nearest") },
  }],
  TrivialAugmentWide: ["trivial_augment_wide", {
    options: { num_magnitude_bins: kept(31), ...warping("nearest") },
  }],
  AutoAugment: ["auto_augment", {
    options: { policy: kept("imagenet", { read: policy }), ...warping("nearest") },
  }],
  AugMix: ["aug_mix", {
    options: {
      severity: kept(3),
      mixture_width: kept(3),
      chain_depth: kept(-1),
      alpha: kept(1),
      all_ops: kept(true),
      ...warping("bilinear"),
    },
  }],
} as const;

/** Ways to mix a batch, for `transforms.batch`. */
const mixing = Object.fromEntries(
  (["MixUp", "CutMix"] as const).map((name) => [
    name,
    [name.toLowerCase(), {
      options: {
        alpha: kept(1),
        num_classes: moot("it follows from the data"),
        labels_getter: moot("a batch knows its labels"),
      },
    }] as const,
  ]),
);

/** Conversions between kinds of images, which a picture here does not need. */
const conversions = Object.fromEntries(
  ["ToTensor", "ToImage", "PILToTensor", "ToPureTensor", "RGB"].map((name) => [name, [undefined]] as const),
);

/** A float image has values of 0 .. 1 here, whatever it is called. */
const scaled: Finish = (options) => {
  const type = String(options.get("dtype")?.value ?? "");
  if (options.get("scale")?.value === true || /uint8$/.test(type)) return options.clear();
  throw new ConfigError("its default scale is false, which keeps levels of 0 .. 255: write scale: true");
};

/** The transforms, of both versions. */
export const transforms = family("transforms", ["torchvision.transforms.v2.*", "torchvision.transforms.*"], {
  Compose: [undefined, { options: { transforms: required() } }],
  Resize: ["resize", {
    options: {
      size: required({ note: "one number: the shorter side; the same twice: both sides" }),
      interpolation: resizing,
      max_size: only([null], "the longer side follows from the shorter"),
      antialias,
    },
    finish: stretch,
  }],
  CenterCrop: ["center_crop", { options: { size: side } }],
  RandomResizedCrop: ["random_resized_crop", {
    options: {
      size: side,
      scale: kept([0.08, 1]),
      ratio: kept([3 / 4, 4 / 3]),
      interpolation: resizing,
      antialias,
    },
  }],
  ...random,
  ...adjustments,
  ...automatic,
  ...mixing,
  Normalize: ["normalize", { options: { mean: imageNet("mean"), std: imageNet("std"), inplace: inPlace } }],
  ToDtype: [undefined, {
    options: { dtype: required(), scale: kept(false, { note: "must be true for a float type" }) },
    finish: scaled,
  }],
  ConvertImageDtype: [undefined, { options: allMoot(["dtype"], "pixels are f32 of 0 .. 1 after Normalize") }],
  ...conversions,
});
