/** Resizing on the GPU: of uploaded images, and from square to square. */
import { largest } from "../../base/lists.ts";
import { augmentColumns } from "../../../kernels/augment_columns.ts";
import { augmentRows } from "../../../kernels/augment_rows.ts";
import { tapsFor } from "../../../kernels/lib/augment_filter.ts";
import { pitchOf } from "../../../kernels/lib/augment.ts";
import { roundUp } from "../../base/shape.ts";
import { kernel } from "../../core/kernel.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { Box, Color } from "../transforms/operation.ts";
import { lettersOf, lumaFor, sumLuma, withSteps } from "./color.ts";
import { type FilterTable, filterTable, sourceRange } from "./filter_table.ts";
import { colorWord } from "./upload_batch.ts";
import { packedWords, packPixels } from "./pixels.ts";
import type { Reading, Resample, Segment } from "./plan.ts";
import type { AugmentBuffers, AugmentItem, StagedImage } from "./augment_buffers.ts";

const rowsPass = kernel("augment_rows", augmentRows);
const columnsPass = kernel("augment_columns", augmentColumns);

/** What the first resize of an image reads and writes. */
interface Extent {
  readonly across: FilterTable;
  readonly down: FilterTable;
  /** The rows and columns of the part that are read, [start, end). */
  readonly rows: readonly [number, number];
  readonly columns: readonly [number, number];
  /** The visible area of the resized part, as a box in the square before mirroring. */
  readonly seen: Box;
}

/** A job of the horizontal pass. */
interface RowsJob {
  /** Puts the pixels where the kernel reads them and returns their offset. */
  readonly source: () => number;
  /** Words that `source` takes. */
  readonly words: number;
  readonly stride: number;
  /** The column of the table that is first in the source. */
  readonly firstColumn: number;
  readonly rows: number;
  readonly columns: number;
  readonly table: FilterTable;
  readonly middle: number;
  /** The column of the square where the result starts. */
  readonly left: number;
  readonly mirrored: boolean;
}

/** A job of the vertical pass. */
interface ColumnsJob {
  readonly item: StagedImage;
  readonly middle: number;
  readonly firstRow: number;
  readonly table: FilterTable;
  readonly to: Box;
  readonly target: number;
  readonly around: Color;
  /** Colour steps after the resize. All jobs of a dispatch have the same letters. */
  readonly segment: Segment;
}

/** Rows that the horizontal pass writes at once. */
const GROUP = 4;
const BLACK: Color = [0, 0, 0];
const NO_STEPS: Segment = { steps: [], measured: undefined };

/** Words that an image needs between the passes. */
export function middleWords({ plan: { reading } }: AugmentItem, side: number): number {
  const { rows } = extentOf(reading, side);
  return roundUp(rows[1] - rows[0], GROUP) * pitchOf(side);
}

function extentOf({ box, scaled, interpolation, window }: Reading, side: number): Extent {
  const left = Math.max(0, -window.left), top = Math.max(0, -window.top);
  const width = Math.min(side, scaled.width - window.left) - left;
  const height = Math.min(side, scaled.height - window.top) - top;
  const fromX = window.left + left, fromY = window.top + top;
  const across = filterTable(box.width, scaled.width, fromX, fromX + width, interpolation);
  const down = filterTable(box.height, scaled.height, fromY, fromY + height, interpolation);
  return {
    across,
    down,
    columns: sourceRange(across),
    rows: sourceRange(down),
    seen: { left, top, width, height },
  };
}

/** Uploads what the first resizes of a chunk read and runs them, including the colour steps directly after. */
export function uploadAndResize(buffers: AugmentBuffers, chunk: readonly AugmentItem[]): void {
  let words = 0;
  const jobs = chunk.map((item) => {
    const extent = extentOf(item.plan.reading, buffers.side);
    const middle = words;
    words += roundUp(extent.rows[1] - extent.rows[0], GROUP) * buffers.pitch;
    return { item, extent, middle };
  });
  buffers.reserve(words);
  const { upload } = buffers;
  rows(
    buffers,
    upload.data,
    jobs.flatMap(({ item, extent, middle }) => uploads(buffers, item, extent, middle)),
  );
  const vertical = jobs.map(({ item, extent: { rows, down, seen }, middle }): ColumnsJob => {
    const { mirrored } = item.plan.reading;
    return {
      item,
      middle,
      firstRow: rows[0],
      table: down,
      to: { ...seen, left: leftOf(seen, mirrored, buffers.side) },
      target: buffers.now(item),
      around: BLACK,
      segment: item.plan.before,
    };
  });
  for (const group of Map.groupBy(vertical, ({ segment }) => lettersOf(segment)).values()) {
    columns(buffers, group);
  }
  sumLuma(buffers, chunk.filter(({ plan }) => plan.before.measured));
}

/** Where a part of the square starts after optional mirroring. */
function leftOf({ left, width }: Box, mirrored: boolean, side: number): number {
  return mirrored ? side - left - width : left;
}

/** Uploads an image in strips of at most half an upload batch. */
function uploads(
  { upload, side, pitch }: AugmentBuffers,
  { picture, plan }: AugmentItem,
  { rows, columns, across, seen }: Extent,
  middle: number,
): RowsJob[] {
  const { box, mirrored } = plan.reading;
  const stride = columns[1] - columns[0];
  const most = Math.max(4, Math.floor(upload.capacity / 2 / stride / 4) * 4);
  const strips: RowsJob[] = [];
  for (let from = rows[0]; from < rows[1]; from += most) {
    const count = Math.min(most, rows[1] - from);
    const source = () => {
      const { at, words } = upload.take(packedWords(count, stride));
      packPixels(picture, box.top + from, box.left + columns[0], count, stride, words);
      return at;
    };
    strips.push({
      source,
      words: packedWords(count, stride),
      stride,
      firstColumn: columns[0],
      rows: count,
      columns: seen.width,
      table: across,
      middle: middle + (from - rows[0]) * pitch,
      left: leftOf(seen, mirrored, side),
      mirrored,
    });
  }
  return strips;
}

/** Runs stages of this kind: both passes, in place. */
export function resample(
  buffers: AugmentBuffers,
  items: readonly StagedImage[],
  stages: readonly Resample[],
): void {
  const { side } = buffers;
  const jobs = items.map((item, i) => {
    const { from, to, interpolation, around } = stages[i];
    const source = buffers.now(item) + from.top * buffers.pitch + from.left;
    return {
      item,
      from,
      to,
      interpolation,
      around,
      source,
      middle: i * roundUp(side, GROUP) * buffers.pitch,
    };
  });
  const horizontal = jobs.map(({ source, from, to, interpolation, middle }): RowsJob => ({
    source: () => source,
    words: 0,
    stride: buffers.pitch,
    firstColumn: 0,
    rows: from.height,
    columns: to.width,
    table: filterTable(from.width, to.width, 0, to.width, interpolation),
    middle,
    left: to.left,
    mirrored: false,
  }));
  rows(buffers, buffers.squares, horizontal);
  const vertical = jobs.map(({ item, from, to, interpolation, around, middle }): ColumnsJob => ({
    item,
    middle,
    firstRow: 0,
    table: filterTable(from.height, to.height, 0, to.height, interpolation),
    to,
    target: buffers.now(item),
    around,
    segment: NO_STEPS,
  }));
  columns(buffers, vertical);
}

function rows({ upload, middle, side }: AugmentBuffers, source: Tensor, jobs: readonly RowsJob[]): void {
  for (const [taps, alike] of Map.groupBy(jobs, ({ table }) => tapsFor(table.most))) {
    upload.dispatch(
      alike,
      ({ words, table }) => words + table.words.length,
      (job) => {
        const { stride, firstColumn, table, columns, mirrored } = job;
        const at = job.source();
        const entries = upload.put(table.words);
        return [
          at,
          stride,
          firstColumn,
          job.rows,
          columns,
          entries,
          table.stride,
          job.middle,
          Number(mirrored),
          job.left,
        ];
      },
      (list, items) => {
        const tallest = largest(items.map(({ rows }) => rows));
        rowsPass.run({ jobs: upload.data, data: upload.data, x: source, y: middle }, {
          isUpload: source === upload.data,
          jobs: list,
          side,
          taps,
          rows: tallest,
        });
      },
    );
  }
}

function columns(buffers: AugmentBuffers, jobs: readonly ColumnsJob[]): void {
  const { upload, side, middle, squares, lumaSums } = buffers;
  const { measured } = jobs[0].segment;
  const steps = lettersOf({ ...jobs[0].segment, measured: undefined });
  const measures = measured ? { luma_sums: lumaSums } : {};
  upload.dispatch(
    jobs,
    ({ table }) => table.words.length,
    ({ item, firstRow, table, to, target, around, segment, ...job }) => {
      const entries = upload.put(table.words);
      const { left, top, width, height } = to;
      const words = [job.middle, firstRow, entries, table.stride, target];
      return withSteps([...words, left, top, width, height, colorWord(around), item.place], segment);
    },
    (list, items) => {
      const taps = tapsFor(largest(items.map(({ table }) => table.most), 3));
      const options = { jobs: list, side, taps, steps, luma: lumaFor(measured) };
      columnsPass.run({ jobs: upload.data, data: upload.data, x: middle, y: squares, ...measures }, options);
    },
  );
}
