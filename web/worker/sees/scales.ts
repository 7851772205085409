/** What sliders offer for the numbers of transforms: what is of use, within what the options allow. */

/** The least and the most of a slider, and the distance between two of its values. */
export interface Scale {
  readonly least: number;
  readonly most: number;
  readonly grain: number;
}

const scale = (least: number, most: number, grain: number): Scale => ({ least, most, grain });

const share = scale(0, 1, 0.01), part = scale(0.01, 1, 0.01), aspect = scale(0.2, 5, 0.01);

/** By transform and option, or by option alone. */
const SCALES: Readonly<Record<string, Scale>> = {
  p: share,
  size: scale(8, 512, 1),
  "resize.ratio": scale(1, 2, 0.01),
  "random_resized_crop.scale": part,
  "random_resized_crop.ratio": aspect,
  "random_affine.degrees": scale(0, 180, 1),
  "random_affine.translate": share,
  "random_affine.scale": scale(0.1, 3, 0.01),
  "random_affine.shear": scale(0, 60, 1),
  "random_perspective.distortion_scale": share,
  "color_jitter.brightness": share,
  "color_jitter.contrast": share,
  "color_jitter.saturation": share,
  "color_jitter.hue": scale(0, 0.5, 0.01),
  "gaussian_blur.kernel_size": scale(1, 31, 2),
  "gaussian_blur.sigma": scale(0.1, 10, 0.1),
  "jpeg.quality": scale(1, 100, 1),
  "pixelate.scale": part,
  "bilinear_downscale.scale": part,
  "gaussian_noise.sigma": scale(0, 100, 1),
  "zoom_in.scale": part,
  "zoom_out.scale": scale(1, 5, 0.05),
  "rand_augment.num_ops": scale(0, 6, 1),
  "rand_augment.magnitude": scale(0, 30, 1),
  "aug_mix.severity": scale(1, 10, 1),
  "aug_mix.mixture_width": scale(1, 10, 1),
  "aug_mix.chain_depth": scale(-1, 6, 1),
  "aug_mix.alpha": scale(0.1, 10, 0.1),
  "posterize.bits": scale(0, 8, 1),
  "solarize.threshold": scale(0, 255, 1),
  "sharpness.factor": scale(0, 4, 0.05),
  "rotate.degrees": scale(0, 180, 1),
  "random_erasing.scale": share,
  "random_erasing.ratio": aspect,
};

/** Options of which a list may have numbers below 0: from -most on. */
const SIGNED: readonly string[] = ["degrees", "shear", "hue"];

/** The scale of an option; of one that is not known, around its values. */
export function scaleOf(transform: string, option: string, values: readonly number[]): Scale {
  const known = SCALES[`${transform}.${option}`] ?? SCALES[option] ??
    scale(0, Math.max(1, ...values.map((value) => 2 * value)), values.every(Number.isInteger) ? 1 : 0.01);
  const least = values.length > 1 && SIGNED.includes(option) ? -known.most : known.least;
  return { ...known, least: Math.min(least, ...values), most: Math.max(known.most, ...values) };
}
