/** The words of the health check: what is looked at, what is found, and how bad that is. */
import type { Split } from "../types.ts";

/** error: spoils training or its figures; warning: may do so; info: good to know. */
export type Severity = "error" | "warning" | "info";

/** All severities, worst first. */
export const SEVERITIES: readonly Severity[] = ["error", "warning", "info"];

/** A file as a sample: one file may be several, in JSONL. */
export interface Place {
  readonly split: Split;
  /** Class index. */
  readonly label: number;
}

/** How a picture looks, from its luma in 0 .. 255. */
export interface Looks {
  /** Levels that 2 % and 98 % of the pixels are below. */
  readonly low: number;
  readonly high: number;
  /** Standard deviation. */
  readonly contrast: number;
  /** Variance of the Laplacian over the variance of luma: small where neighbours are alike. */
  readonly sharpness: number;
}

/** What is kept of a decoded picture. */
export interface PictureFacts {
  readonly width: number;
  readonly height: number;
  /** Of size and values, so the same picture in two formats has one. */
  readonly pixelHash: string;
  readonly looks: Looks;
  /** [FINGERPRINT_VALUES], see fingerprint.ts. */
  readonly fingerprint: Uint8Array;
}

/** One file of the dataset, looked at. */
export interface InspectedFile {
  readonly path: string;
  /** At least one. */
  readonly places: readonly Place[];
  /** The format that its first bytes say, or undefined for none that is known. */
  readonly format: string | undefined;
  readonly byteHash: string;
  /** Undefined for a file that could not be decoded; then `reason` says why. */
  readonly picture: PictureFacts | undefined;
  readonly reason: string | undefined;
}

/** A file in a finding. */
export interface FoundFile {
  readonly path: string;
  readonly split: Split;
  readonly className: string;
  /** What is particular about this file: "PNG", "12 x 300 pixels". */
  readonly note?: string;
}

/** A class in a finding that is about classes. */
export interface FoundClass {
  readonly className: string;
  readonly note: string;
}

/** Every kind of finding: its severity, its heading, and what it means with what to do about it. */
export const KINDS = {
  unreadable: {
    severity: "error",
    title: "Unreadable files",
    advice: "Training skips them. Repair or remove them.",
  },
  two_labels: {
    severity: "error",
    title: "One picture under two labels",
    advice: "One of the labels is wrong, and training pulls both ways. Keep the copy with the right one.",
  },
  leak: {
    severity: "error",
    title: "One picture in two splits",
    advice: "What was trained on is tested on, so the figures are too good. Take the copies out of train.",
  },
  two_labels_near: {
    severity: "warning",
    title: "Twins under two labels",
    advice: "Almost the same picture with different labels: look which label is right.",
  },
  leak_near: {
    severity: "warning",
    title: "Twins in two splits",
    advice:
      "Almost the same picture in two splits, such as frames of one video or augmented copies: split by source.",
  },
  belied_name: {
    severity: "warning",
    title: "Files that are not what their name says",
    advice: "wgrad goes by the content; other programs may not. Rename them, and ask where they come from.",
  },
  unknown_class: {
    severity: "warning",
    title: "Classes that train lacks",
    advice: "Their samples are left out. Rename the class if it is misspelt.",
  },
  missing_class: {
    severity: "warning",
    title: "Classes missing from a split",
    advice: "Nothing is known of how well they are recognised. Move samples there from train.",
  },
  few_samples: {
    severity: "warning",
    title: "Classes with very few training images",
    advice: "Too few to learn from. Collect more, or leave the class out.",
  },
  flip: {
    severity: "warning",
    title: "Mirrored pictures would change their class",
    advice:
      "Training mirrors pictures, and these names read as digits or sides. Give transforms=upright if so.",
  },
  flat: {
    severity: "warning",
    title: "Flat pictures",
    advice: "Nearly one colour: there is nothing to see. Remove them.",
  },
  dark: { severity: "info", title: "Very dark pictures", advice: "See if anything can be recognised." },
  bright: { severity: "info", title: "Very bright pictures", advice: "See if anything can be recognised." },
  blurred: {
    severity: "info",
    title: "Blurred pictures",
    advice: "Far less sharp than the rest. See if anything can be recognised.",
  },
  odd_size: {
    severity: "info",
    title: "Odd sizes",
    advice: "Far larger or smaller than the median. They may be no crops, or not enlarge well.",
  },
  odd_aspect: {
    severity: "info",
    title: "Odd aspect ratios",
    advice: "Far wider or taller than the median. They may be wrong crops, and are cropped or squeezed much.",
  },
  imbalance: {
    severity: "info",
    title: "Unbalanced classes",
    advice:
      "loss.class_weights=balanced (the default) or data.sampler.mode=auto evens them out; see each class's accuracy.",
  },
  few_evaluated: {
    severity: "info",
    title: "Classes with very few images to evaluate on",
    advice: "One picture moves the accuracy of such a class by 20 points or more.",
  },
  duplicate: {
    severity: "info",
    title: "The same picture more than once in a class",
    advice: "Each copy weighs again. Keep one.",
  },
  near_duplicate: {
    severity: "info",
    title: "Twins within a class",
    advice: "Almost the same picture, often an augmented copy: fewer pictures than it seems.",
  },
} as const satisfies Readonly<Record<string, { severity: Severity; title: string; advice: string }>>;

/** The name of a kind of finding. */
export type Kind = keyof typeof KINDS;

/** Something that was found, with all that it concerns. */
export interface Finding {
  readonly kind: Kind;
  /** Files that belong together, such as copies of one picture; a file on its own is a group of one. */
  readonly groups: readonly (readonly FoundFile[])[];
  /** Classes that it is about, where it is about classes. */
  readonly classes: readonly FoundClass[];
}

/** Samples of each class in a split. */
export interface SplitCounts {
  readonly split: Split;
  /** [classes] */
  readonly counts: Uint32Array;
}

/** The outcome of a check. */
export interface HealthReport {
  /** The dataset's root, as it was given. */
  readonly root: string;
  readonly classes: readonly string[];
  /** Splits that have samples. */
  readonly splits: readonly SplitCounts[];
  /** Files that were looked at. */
  readonly files: number;
  /** Largest class of train over the smallest. */
  readonly imbalance: number;
  /** Worst first. */
  readonly findings: readonly Finding[];
  /** Sentences of the readers: what was left out or made up. */
  readonly notes: readonly string[];
}

/** How many findings there are of each severity. */
export function countFindings(findings: readonly Finding[]): Record<Severity, number> {
  const counts = { error: 0, warning: 0, info: 0 };
  for (const { kind } of findings) counts[KINDS[kind].severity]++;
  return counts;
}
