/** The types of the health check: what is inspected, what is found, and how severe it is. */
import type { IgnoredFile, Split } from "../types.ts";

/** error: ruins training or its metrics; warning: may do so; info: good to know. */
export type Severity = "error" | "warning" | "info";

/** All severities, worst first. */
export const SEVERITIES: readonly Severity[] = ["error", "warning", "info"];

/** A file as a sample; with JSONL, one file may be several samples. */
export interface Place {
  readonly split: Split;
  /** Class index. */
  readonly label: number;
}

/** The appearance of an image, measured on its luma in 0 .. 255. */
export interface Looks {
  /** Levels below which 2 % and 98 % of the pixels are. */
  readonly low: number;
  readonly high: number;
  /** Standard deviation. */
  readonly contrast: number;
  /** Variance of the Laplacian divided by the variance of luma: small where neighbours are similar. */
  readonly sharpness: number;
}

/** What is kept of a decoded image. */
export interface PictureFacts {
  readonly width: number;
  readonly height: number;
  /** Hash of size and values, equal for the same image in two formats. */
  readonly pixelHash: string;
  readonly looks: Looks;
  readonly assumedBits: number | undefined;
  /** [FINGERPRINT_VALUES], see fingerprint.ts. */
  readonly fingerprint: Uint8Array;
}

/** One inspected file of the dataset. */
export interface InspectedFile {
  readonly path: string;
  /** At least one. */
  readonly places: readonly Place[];
  /** The format indicated by its first bytes, or undefined if it is unknown. */
  readonly format: string | undefined;
  readonly byteHash: string;
  /** Undefined for a file that could not be decoded, with the cause in `reason`. */
  readonly picture: PictureFacts | undefined;
  readonly reason: string | undefined;
}

/** A file in a finding. */
export interface FoundFile {
  readonly path: string;
  readonly split: Split;
  readonly className: string;
  /** Details of this file: "PNG", "12 x 300 pixels". */
  readonly note?: string;
}

/** A class in a finding that is about classes. */
export interface FoundClass {
  readonly className: string;
  readonly note: string;
}

/** Every kind of finding: its severity, its title, and advice on what it means and what to do. */
export const KINDS = {
  unreadable: {
    severity: "error",
    title: "Unreadable files",
    advice: "Training skips them. Repair or remove them.",
  },
  two_labels: {
    severity: "error",
    title: "Same image with two labels",
    advice:
      "One of the labels is wrong, so training gets conflicting targets. Keep the copy with the right label.",
  },
  leak: {
    severity: "error",
    title: "Same image in two splits",
    advice: "Evaluating on training images makes the metrics too good. Remove the copies from train.",
  },
  two_labels_near: {
    severity: "warning",
    title: "Near duplicates with two labels",
    advice: "Almost the same image with different labels. Check which label is right.",
  },
  leak_near: {
    severity: "warning",
    title: "Near duplicates in two splits",
    advice:
      "Almost the same image in two splits, such as frames of one video or augmented copies. Split by source (data.split.group).",
  },
  belied_name: {
    severity: "warning",
    title: "Files with the wrong extension",
    advice: "wgrad goes by the content; other programs may not. Rename them and check where they come from.",
  },
  unknown_class: {
    severity: "warning",
    title: "Classes missing from train",
    advice: "Their samples are left out. If the name is misspelt, rename the class.",
  },
  missing_class: {
    severity: "warning",
    title: "Classes missing from a split",
    advice: "How well they are recognised is not measured. Move some samples there from train.",
  },
  alike_names: {
    severity: "warning",
    title: "Class names that differ little",
    advice:
      "They differ in case, width, white space or punctuation only. If they are one class, give it one name.",
  },
  few_samples: {
    severity: "warning",
    title: "Classes with very few training images",
    advice: "Too few to learn from. Collect more, or leave the class out.",
  },
  flip: {
    severity: "warning",
    title: "Mirroring would change the class",
    advice:
      "Training mirrors images, but these names look like digits or sides. If they are, set transforms=upright.",
  },
  turn: {
    severity: "warning",
    title: "Turning would change the class",
    advice:
      "Training turns images by more than 90 degrees, so that a 6 looks like a 9. Lower the degrees of random_affine " +
      "or rotate; replace trivial_augment_wide, which turns by up to 135, by rand_augment, which turns by up to 30.",
  },
  flat: {
    severity: "warning",
    title: "Flat images",
    advice: "Nearly a single colour, with nothing to recognise. Remove them.",
  },
  dark: { severity: "info", title: "Very dark images", advice: "Check that they are recognisable." },
  bright: { severity: "info", title: "Very bright images", advice: "Check that they are recognisable." },
  blurred: {
    severity: "info",
    title: "Blurred images",
    advice: "Far less sharp than the rest. Check that they are recognisable.",
  },
  odd_size: {
    severity: "info",
    title: "Unusual sizes",
    advice: "Far larger or smaller than the median. They may be uncropped, or too small to enlarge well.",
  },
  odd_aspect: {
    severity: "info",
    title: "Unusual aspect ratios",
    advice:
      "Far wider or taller than the median. They may be bad crops, and will be cropped or squeezed heavily.",
  },
  imbalance: {
    severity: "info",
    title: "Unbalanced classes",
    advice:
      "loss.class_weights=balanced (the default) or data.sampler.mode=auto compensates. Watch the accuracy by class.",
  },
  alike_numbers: {
    severity: "info",
    title: "Numbers that differ in zeros only",
    advice: "If they are one class, such as 7 and 07 of a table that lost its zeros, give it one name.",
  },
  few_evaluated: {
    severity: "info",
    title: "Classes with very few evaluation images",
    advice: "A single image changes the accuracy of such a class by 20 points or more.",
  },
  duplicate: {
    severity: "info",
    title: "Duplicates within a class",
    advice: "Every copy adds weight to the same image. Keep one.",
  },
  near_duplicate: {
    severity: "info",
    title: "Near duplicates within a class",
    advice:
      "Almost the same image, often an augmented copy. The class has fewer distinct images than it seems.",
  },
} as const satisfies Readonly<Record<string, { severity: Severity; title: string; advice: string }>>;

/** The name of a kind of finding. */
export type Kind = keyof typeof KINDS;

/** A finding, with everything it concerns. */
export interface Finding {
  readonly kind: Kind;
  /** Groups of files that belong together, such as copies of one image; a single file is a group of one. */
  readonly groups: readonly (readonly FoundFile[])[];
  /** The classes concerned, for findings about classes. */
  readonly classes: readonly FoundClass[];
}

/** Samples of each class in a split. */
export interface SplitCounts {
  readonly split: Split;
  /** [classes] */
  readonly counts: Uint32Array;
}

/** The result of a check. */
export interface HealthReport {
  /** The dataset's root, as given. */
  readonly root: string;
  readonly classes: readonly string[];
  /** Splits that have samples. */
  readonly splits: readonly SplitCounts[];
  /** Number of inspected files. */
  readonly files: number;
  /** Ratio of the largest class of train to the smallest. */
  readonly imbalance: number;
  /** Worst first. */
  readonly findings: readonly Finding[];
  /** How the files are arranged, in a few words. */
  readonly understood: string;
  /** Notes of the readers: what was left out or added. */
  readonly notes: readonly string[];
  /** Every file that is not used, sorted by path. */
  readonly ignored: readonly IgnoredFile[];
}

/** The number of findings of each severity. */
export function countFindings(findings: readonly Finding[]): Record<Severity, number> {
  const counts = { error: 0, warning: 0, info: 0 };
  for (const { kind } of findings) counts[KINDS[kind].severity]++;
  return counts;
}
