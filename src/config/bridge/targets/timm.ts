/** Mixing as timm has it. */

import { family, kept, moot, moved } from "../target.ts";

/** `timm.data.Mixup`, for `transforms.batch`. */
export const mixing = family("transforms", ["timm.data.*"], {
  Mixup: ["timm_mixup", {
    options: {
      mixup_alpha: kept(1),
      cutmix_alpha: kept(0),
      cutmix_minmax: kept(null),
      prob: kept(1),
      switch_prob: kept(0.5),
      mode: kept("batch"),
      correct_lam: kept(true),
      label_smoothing: moved("loss", "label_smoothing", 0.1),
      num_classes: moot("it follows from the data"),
    },
  }],
});
