/**
 * Plans how the operations of one image run on the GPU: a resize of part of it to the square that the network sees,
 * then stages from square to square, then the work of the last kernel.
 */
import { append } from "../../base/lists.ts";
import type {
  Box,
  Color,
  ColorStep,
  Operation,
  OperationOf,
  ResizeFilter,
  Size,
} from "../transforms/operation.ts";

/** Part of an image, resized and then windowed. Both boxes may extend beyond the edges. */
export interface Reading {
  /** The part, in pixels of the image. */
  readonly box: Box;
  /** The size of the part after resizing. */
  readonly scaled: Size;
  readonly interpolation: ResizeFilter;
  /** The top left corner of the window in the resized part. */
  readonly window: { readonly top: number; readonly left: number };
  readonly mirrored: boolean;
}

/** The steps that need the mean grey of the image, each its own. */
export type Measuring = "contrast" | "tensor_contrast";

/**
 * Colour steps that need nothing of the whole image in between. Contrast needs its mean and a step of
 * {@link needsTable} its histogram, so these can only come first.
 */
export interface Segment {
  readonly steps: readonly ColorStep[];
  /** The step that needs the mean of the result, if one does. */
  readonly measured: Measuring | undefined;
}

/** Resizes part of a square to part of a square and fills the rest with a colour. */
export interface Resample {
  readonly kind: "resample";
  readonly from: Box;
  readonly to: Box;
  readonly interpolation: ResizeFilter;
  readonly around: Color;
}

/** A step from one square to the next. */
export type Stage =
  | { readonly kind: "color"; readonly segment: Segment }
  | Resample
  /** Copies the square to others, which go through stages of their own until they are mixed. */
  | { readonly kind: "branch"; readonly branches: readonly (readonly Stage[])[] }
  /** Mixes the square with those of the last branch: shares of the square itself and of each branch. */
  | { readonly kind: "mix"; readonly shares: readonly number[] }
  | OperationOf<"affine" | "perspective" | "flip" | "blur" | "sharpness" | "jpeg" | "pixelate" | "noise">;

/** Everything that is done to one image. */
export interface Plan {
  /** Number of leading operations that only the CPU can run, nearly always 0. */
  readonly onProcessor: number;
  readonly reading: Reading;
  /** Colour steps directly after the resize. */
  readonly before: Segment;
  readonly stages: readonly Stage[];
  /** Colour steps at the very end. */
  readonly after: Segment;
  /** In the order of their operations. */
  readonly erases: readonly OperationOf<"erase">[];
}

/** The most columns or rows of an image that the GPU's resize reads; the CPU takes longer sides. */
export const MOST_READ = 2 ** 17;

const NOTHING: Segment = { steps: [], measured: undefined };
const BLACK: Color = [0, 0, 0];
const BILINEAR = { interpolation: "bilinear", around: BLACK } as const;

/**
 * The plan for an image that `operations` turn into `side` x `side`; `sizes[i]` is its size after i of them. If the
 * operations do not match the structure of a plan from the first one on, leading operations are left to the CPU.
 */
export function planFor(operations: readonly Operation[], sizes: readonly Size[], side: number): Plan {
  for (let skipped = 0;; skipped++) {
    const plan = planRest(operations.slice(skipped), sizes[skipped], side);
    if (plan) return { ...plan, onProcessor: skipped };
    if (skipped === operations.length) {
      throw new RangeError(`Cannot augment image: its operations do not produce ${side}x${side}`);
    }
  }
}

function planRest(
  operations: readonly Operation[],
  size: Size,
  side: number,
): Omit<Plan, "onProcessor"> | undefined {
  const front = readFront(operations, size, side);
  if (!front || !isReadable(front.reading, side)) return undefined;
  const rest = readRest(operations.slice(front.read), side);
  if (!rest) return undefined;
  const [before, stages, after] = foldColors(rest.stages);
  const reading = { ...front.reading, mirrored: rest.mirrored };
  return { reading, before, stages, after, erases: rest.erases };
}

/** True if the pixels that a square of the resized part shows are few enough. */
function isReadable({ box, scaled }: Pick<Reading, "box" | "scaled">, side: number): boolean {
  const read = (from: number, to: number) => Math.min(from, (side + 4) * from / to);
  return Math.max(read(box.width, scaled.width), read(box.height, scaled.height)) <= MOST_READ;
}

/** Matches a crop, a resize and a crop to the square, each of them optional. */
function readFront(operations: readonly Operation[], size: Size, side: number) {
  let read = 0;
  const take = <Kind extends Operation["kind"]>(
    kind: Kind,
    fits: (operation: OperationOf<Kind>) => boolean,
  ) => {
    const operation = operations[read] as OperationOf<Kind> | undefined;
    if (operation?.kind !== kind || !fits(operation)) return undefined;
    read++;
    return operation;
  };
  const box = take("crop", () => true) ?? { top: 0, left: 0, width: size.width, height: size.height };
  const resize = take("resize", () => true), scaled: Size = resize ?? box;
  const interpolation = resize?.interpolation ?? "bilinear";
  const window = take("crop", (crop) => isSquare(crop, side)) ?? { top: 0, left: 0, ...scaledSize(scaled) };
  return isSquare(window, side) ? { read, reading: { box, scaled, interpolation, window } } : undefined;
}

const scaledSize = ({ width, height }: Size): Size => ({ width, height });
const isSquare = ({ width, height }: Size, side: number) => width === side && height === side;

/** The stages after the resize, or undefined if an operation does not keep the image square. */
function readRest(operations: readonly Operation[], side: number) {
  const stages: Stage[] = [];
  const erases: OperationOf<"erase">[] = [];
  let mirrored = false;
  for (let i = 0; i < operations.length; i++) {
    const operation = operations[i], next = operations[i + 1];
    if (operation.kind === "erase") erases.push(operation);
    else if (operation.kind === "color") {
      const steps = [...operation.steps];
      for (let more = next; more?.kind === "color"; more = operations[i + 1]) {
        append(steps, more.steps);
        i++;
      }
      append(stages, segments(steps).map((segment): Stage => ({ kind: "color", segment })));
    } else if (operation.kind === "flip" && stages.every(({ kind }) => kind === "color")) {
      mirrored = !mirrored;
    } else if (operation.kind === "resize" && isSquare(operation, side)) continue;
    else if (operation.kind === "crop" && next?.kind === "resize" && isSquare(next, side)) {
      if (!isInside(operation, side)) return undefined;
      const { interpolation = "bilinear" } = next;
      stages.push({ kind: "resample", from: operation, to: whole(side), interpolation, around: BLACK });
    } else {
      const made = stagesOf(operation, side);
      if (!made) return undefined;
      append(stages, made);
    }
  }
  return { stages, erases, mirrored };
}

const whole = (side: number): Box => ({ top: 0, left: 0, width: side, height: side });
const isInside = ({ top, left, width, height }: Box, side: number) =>
  top >= 0 && left >= 0 && top + height <= side && left + width <= side;

/** The stages of an operation that keeps the size of a square, or undefined if there are none. */
function stagesOf(operation: Operation, side: number): Stage[] | undefined {
  switch (operation.kind) {
    case "affine":
    case "perspective":
    case "flip":
    case "pixelate":
    case "noise":
    case "jpeg":
    case "sharpness":
      return [operation];
    case "mix":
      return mixStages(operation, side);
    case "blur": // reflection padding mirrors the square at most once
      return operation.kernel.every((size) => size < 2 * side) ? [operation] : undefined;
    case "downscale": {
      const small = { top: 0, left: 0, width: operation.width, height: operation.height };
      if (!isInside(small, side)) return undefined;
      return [
        { kind: "resample", from: whole(side), to: small, ...BILINEAR },
        { kind: "resample", from: small, to: whole(side), ...BILINEAR },
      ];
    }
    case "zoom_out":
      if (!isInside(operation, side)) return undefined;
      return [{ kind: "resample", from: whole(side), to: operation, ...BILINEAR, around: operation.fill }];
    default:
      return undefined;
  }
}

const isBranch = ({ kind }: Stage) => kind === "branch";

/** The stages of a mixture, or undefined if a chain has what only the whole image can have. */
function mixStages({ original, chains }: OperationOf<"mix">, side: number): Stage[] | undefined {
  const rests = chains.map(({ operations }) => readRest(operations, side));
  const branches = rests.flatMap((rest) => {
    const fits = rest && !rest.mirrored && rest.erases.length === 0 && !rest.stages.some(isBranch);
    return fits ? [rest.stages] : [];
  });
  if (branches.length < chains.length) return undefined;
  return [
    { kind: "branch", branches },
    { kind: "mix", shares: [original, ...chains.map(({ share }) => share)] },
  ];
}

/** True for a step that replaces levels by a table, which follows from the histogram of each channel. */
export function needsTable(step: ColorStep | undefined): boolean {
  return step?.what === "equalize" || step?.what === "autocontrast";
}

function measuring(step: ColorStep | undefined): Measuring | undefined {
  return step?.what === "contrast" || step?.what === "tensor_contrast" ? step.what : undefined;
}

/** Splits colour steps before each step that needs something of the whole image. */
function segments(steps: readonly ColorStep[]): Segment[] {
  const parts: ColorStep[][] = [[]];
  for (const step of steps) {
    if (measuring(step) || needsTable(step)) parts.push([]);
    parts.at(-1)!.push(step);
  }
  return parts.map((part, i) => ({ steps: part, measured: measuring(parts[i + 1]?.[0]) }))
    .filter(({ steps, measured }) => steps.length > 0 || measured !== undefined);
}

/** Moves the first and last segments from the stages into kernels that run anyway. */
function foldColors(stages: readonly Stage[]): [Segment, readonly Stage[], Segment] {
  const segmentOf = (stage: Stage | undefined) => stage?.kind === "color" ? stage.segment : undefined;
  const first = segmentOf(stages[0]);
  const before = stages.length > 1 && !needsTable(first?.steps[0]) ? first : undefined;
  const rest = before ? stages.slice(1) : stages;
  const after = segmentOf(rest.at(-1));
  return [before ?? NOTHING, after ? rest.slice(0, -1) : rest, after ?? NOTHING];
}
