/**
 * The statistics of a tile's columns over its rows, as in batch_norm_statistics.ts for a chunk of rows: count, mean,
 * sum of deviations and sum of squared deviations. A thread passes twice over its values, which are still in
 * registers; then lanes that share columns add their results, through the workgroup memory of w.
 */
import { unroll } from "./source.ts";
import { DEPTH, eachOwned, type Tile, TILE_ROWS, vectorsOf } from "./tile.ts";

/** WGSL outside `main`: sums over lanes, and one vector of channels of a chunk. */
export function statisticsFunctions(tile: Tile, k4: number): string {
  const [laneRows] = tile.lanes, vectors = vectorsOf(tile);
  // tile_w is [stage, depth, vectors, lanes], and has at least as many [stage, depth] as there are lanes along rows.
  const total = (j: number) =>
    Array.from(
      { length: laneRows },
      (_, m) => `tile_w[${Math.floor(m / DEPTH)}][${m % DEPTH}][${j}][lane.x]`,
    );
  return `
alias Columns = array<vec4f, ${vectors}>;

/** Sums over the lanes that share columns, in their order. Each lane gets the sums; all must call. */
fn sum_lanes(lane: vec2u, own: Columns) -> Columns {
  workgroupBarrier();
  ${unroll(vectors, (j) => `tile_w[lane.y / ${DEPTH}u][lane.y % ${DEPTH}u][${j}][lane.x] = own[${j}];`)}
  workgroupBarrier();
  return Columns(
    ${unroll(vectors, (j) => `${total(j).join(" + ")},`)}
  );
}

fn store_statistics(chunk: u32, k: u32, rows: f32, mean: vec4f, lost: vec4f, squares: vec4f) {
  if (k >= end_k) { return; }
  let at = chunk * ${4 * k4}u + k;
  partial[at] = vec4f(rows);
  partial[at + ${k4}u] = mean;
  partial[at + ${2 * k4}u] = lost;
  partial[at + ${3 * k4}u] = squares;
}`;
}

/** WGSL for the end of `main`: writes the statistics of sum0_0, ... to `partial`, one chunk for each tile of rows. */
export function statistics(tile: Tile): string {
  const { rows, lanes: [laneRows, laneCols] } = tile;
  const each = (text: (j: number) => string) => unroll(vectorsOf(tile), text);
  const columns = (name: string) =>
    `Columns(${Array.from({ length: vectorsOf(tile) }, (_, j) => `${name}${j}`).join(", ")})`;
  return `
  let last_row = min(first_row + ${rows}u, row_count());
  let counted = f32(last_row - min(first_row, last_row));
  ${unroll(TILE_ROWS, (r) => `let is_row${r} = first_row + lane.y + ${r * laneRows}u < last_row;`)}
  ${each((j) => `var added${j} = vec4f();`)}
  ${eachOwned(tile, (r, j) => `added${j} += select(vec4f(), sum${r}_${j}, is_row${r});`)}
  let added = sum_lanes(lane, ${columns("added")});
  ${each((j) => `let mean${j} = added[${j}] / max(counted, 1.0);`)}
  ${each((j) => `var lost${j} = vec4f();`)}
  ${each((j) => `var squares${j} = vec4f();`)}
  ${
    eachOwned(tile, (r, j) => `
  let deviation${r}_${j} = select(vec4f(), sum${r}_${j} - mean${j}, is_row${r});
  lost${j} += deviation${r}_${j};
  squares${j} = fma(deviation${r}_${j}, deviation${r}_${j}, squares${j});`)
  }
  let lost = sum_lanes(lane, ${columns("lost")});
  let squares = sum_lanes(lane, ${columns("squares")});
  if (lane.y == 0u && counted > 0.0) {
    ${
    each((j) =>
      `store_statistics(chunk, first_k + lane.x + ${
        j * laneCols
      }u, counted, mean${j}, lost[${j}], squares[${j}]);`
    )
  }
  }`;
}
