/** Resizes on the GPU: of pictures as they are uploaded, and from square to square. */
import { augmentColumns } from "../../../kernels/augment_columns.ts";
import { augmentRows } from "../../../kernels/augment_rows.ts";
import { tapsFor } from "../../../kernels/lib/augment_filter.ts";
import { pitchOf } from "../../../kernels/lib/augment.ts";
import { roundUp } from "../../base/shape.ts";
import { kernel } from "../../core/kernel.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { Box, Color } from "../transforms/operation.ts";
import { lettersOf, sumLuma, withSteps } from "./color.ts";
import { type FilterTable, filterTable, sourceRange } from "./filter_table.ts";
import { colorWord } from "./flight.ts";
import { packedWords, packPixels } from "./pixels.ts";
import type { Reading, Resample, Segment } from "./plan.ts";
import type { Darkroom, Work } from "./work.ts";

const rowsPass = kernel("augment_rows", augmentRows);
const columnsPass = kernel("augment_columns", augmentColumns);

/** What the first resize of a picture reads and writes. */
interface Extent {
  readonly across: FilterTable;
  readonly down: FilterTable;
  /** The rows and columns of the part that are read, [start, end). */
  readonly rows: readonly [number, number];
  readonly columns: readonly [number, number];
  /** What is seen of the resized part, as a box of the square that is not mirrored. */
  readonly seen: Box;
}

/** A job of the horizontal pass. */
interface RowsJob {
  /** Puts the pixels where the kernel reads them; returns where. */
  readonly source: () => number;
  /** Words that this takes. */
  readonly words: number;
  readonly stride: number;
  /** The column of the table that lies first in the source. */
  readonly firstColumn: number;
  readonly rows: number;
  readonly columns: number;
  readonly table: FilterTable;
  /** The table's first row that is used. */
  readonly firstEntry: number;
  readonly middle: number;
  /** Where the columns of the result begin in a square. */
  readonly left: number;
  readonly mirrored: boolean;
}

/** A job of the vertical pass. */
interface ColumnsJob {
  readonly work: Work;
  readonly middle: number;
  readonly firstRow: number;
  readonly table: FilterTable;
  readonly firstEntry: number;
  readonly to: Box;
  readonly target: number;
  readonly around: Color;
  /** Colour steps behind the resize; those of all jobs of a dispatch have the same letters. */
  readonly segment: Segment;
}

/** Rows that the horizontal pass writes at once. */
const GROUP = 4;
const BLACK: Color = [0, 0, 0];
const NO_STEPS: Segment = { steps: [], measured: false };

/** Words between the passes that a picture takes. */
export function middleWords({ plan: { reading } }: Work, side: number): number {
  const { rows } = extentOf(reading, side);
  return roundUp(rows[1] - rows[0], GROUP) * pitchOf(side);
}

function extentOf({ box, scaled, window }: Reading, side: number): Extent {
  const across = filterTable(box.width, scaled.width), down = filterTable(box.height, scaled.height);
  const left = Math.max(0, -window.left), top = Math.max(0, -window.top);
  const width = Math.min(side, scaled.width - window.left) - left;
  const height = Math.min(side, scaled.height - window.top) - top;
  return {
    across,
    down,
    columns: sourceRange(across, window.left + left, window.left + left + width),
    rows: sourceRange(down, window.top + top, window.top + top + height),
    seen: { left, top, width, height },
  };
}

/** Uploads what the first resizes of a chunk read and carries them out, with the colour steps right behind. */
export function develop(room: Darkroom, chunk: readonly Work[]): void {
  let words = 0;
  const jobs = chunk.map((work) => {
    const extent = extentOf(work.plan.reading, room.side);
    const middle = words;
    words += roundUp(extent.rows[1] - extent.rows[0], GROUP) * room.pitch;
    return { work, extent, middle };
  });
  room.reserve(words);
  const { flight } = room;
  rows(room, flight.data, jobs.flatMap(({ work, extent, middle }) => uploads(room, work, extent, middle)));
  const vertical = jobs.map(({ work, extent: { rows, down, seen }, middle }): ColumnsJob => {
    const { window, mirrored } = work.plan.reading;
    return {
      work,
      middle,
      firstRow: rows[0],
      table: down,
      firstEntry: window.top + seen.top,
      to: { ...seen, left: leftOf(seen, mirrored, room.side) },
      target: room.now(work),
      around: BLACK,
      segment: work.plan.before,
    };
  });
  for (const group of Map.groupBy(vertical, ({ segment }) => lettersOf(segment)).values()) {
    columns(room, group);
  }
  sumLuma(room, chunk.filter(({ plan }) => plan.before.measured));
}

/** Where a part of the square begins once that is mirrored, or is not. */
function leftOf({ left, width }: Box, mirrored: boolean, side: number): number {
  return mirrored ? side - left - width : left;
}

/** The upload of a picture, in strips of at most half a flight. */
function uploads(
  { flight, side, pitch }: Darkroom,
  { picture, plan }: Work,
  { rows, columns, across, seen }: Extent,
  middle: number,
): RowsJob[] {
  const { box, window, mirrored } = plan.reading;
  const stride = columns[1] - columns[0];
  const most = Math.max(4, Math.floor(flight.capacity / 2 / stride / 4) * 4);
  const strips: RowsJob[] = [];
  for (let from = rows[0]; from < rows[1]; from += most) {
    const count = Math.min(most, rows[1] - from);
    const source = () => {
      const { at, words } = flight.take(packedWords(count, stride));
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
      firstEntry: window.left + seen.left,
      middle: middle + (from - rows[0]) * pitch,
      left: leftOf(seen, mirrored, side),
      mirrored,
    });
  }
  return strips;
}

/** Carries out stages of this kind: both passes, in place. */
export function resample(room: Darkroom, works: readonly Work[], stages: readonly Resample[]): void {
  const { side } = room;
  const jobs = works.map((work, i) => {
    const { from, to, around } = stages[i];
    const source = room.now(work) + from.top * room.pitch + from.left;
    return { work, from, to, around, source, middle: i * roundUp(side, GROUP) * room.pitch };
  });
  const horizontal = jobs.map(({ source, from, to, middle }): RowsJob => ({
    source: () => source,
    words: 0,
    stride: room.pitch,
    firstColumn: 0,
    rows: from.height,
    columns: to.width,
    table: filterTable(from.width, to.width),
    firstEntry: 0,
    middle,
    left: to.left,
    mirrored: false,
  }));
  rows(room, room.squares, horizontal);
  const vertical = jobs.map(({ work, from, to, around, middle }): ColumnsJob => ({
    work,
    middle,
    firstRow: 0,
    table: filterTable(from.height, to.height),
    firstEntry: 0,
    to,
    target: room.now(work),
    around,
    segment: NO_STEPS,
  }));
  columns(room, vertical);
}

function rows({ flight, middle, side }: Darkroom, source: Tensor, jobs: readonly RowsJob[]): void {
  for (const [taps, alike] of Map.groupBy(jobs, ({ table }) => tapsFor(table.most))) {
    flight.each(
      alike,
      ({ words, table }) => words + table.words.length,
      (job) => {
        const { stride, firstColumn, table, columns, mirrored } = job;
        const at = job.source();
        const entries = flight.put(table.words) + job.firstEntry * table.stride;
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
        const tallest = Math.max(...items.map(({ rows }) => rows));
        rowsPass.run({ jobs: flight.data, data: flight.data, x: source, y: middle }, {
          isUpload: source === flight.data,
          jobs: list,
          side,
          taps,
          rows: tallest,
        });
      },
    );
  }
}

function columns(room: Darkroom, jobs: readonly ColumnsJob[]): void {
  const { flight, side, middle, squares, lumaSums } = room;
  const { measured } = jobs[0].segment;
  const steps = lettersOf({ ...jobs[0].segment, measured: false });
  const measures = measured ? { luma_sums: lumaSums } : {};
  flight.each(
    jobs,
    ({ table }) => table.words.length,
    ({ work, firstRow, table, firstEntry, to, target, around, segment, ...job }) => {
      const entries = flight.put(table.words) + firstEntry * table.stride;
      const { left, top, width, height } = to;
      const words = [job.middle, firstRow, entries, table.stride, target];
      return withSteps([...words, left, top, width, height, colorWord(around), work.place], segment);
    },
    (list, items) => {
      const taps = tapsFor(Math.max(3, ...items.map(({ table }) => table.most)));
      const options = { jobs: list, side, taps, steps, measured };
      columnsPass.run({ jobs: flight.data, data: flight.data, x: middle, y: squares, ...measures }, options);
    },
  );
}
