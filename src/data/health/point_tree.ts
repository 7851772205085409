/** A tree of boxes over points in space, to find those that are near one of them. */
import type { Sets } from "./disjoint_sets.ts";

/** Points in a leaf of the tree. */
const LEAF = 16;

/** A box of points: `order[from .. to]`, halved at its widest coordinate until few are left. */
export interface Box {
  readonly from: number;
  readonly to: number;
  /** [dimensions] each. */
  readonly low: Float32Array;
  readonly high: Float32Array;
  readonly halves: readonly [Box, Box] | undefined;
  /** Those in which all its points are known to be in one set. */
  readonly one: Set<Sets>;
}

/** The tree over `points`, whose coordinates are rows of `space`. */
export class PointTree {
  readonly order: Uint32Array;
  readonly #root: Box;

  constructor(readonly space: Float32Array, readonly dimensions: number, points: readonly number[]) {
    this.order = Uint32Array.from(points);
    this.#root = this.#box(0, points.length);
  }

  /**
   * Calls `visit` with the point at `order[at]` and each point after it in a box that is not further away than the root
   * of `limit`, and of which `isDone` does not say that all is known.
   */
  eachNear(
    at: number,
    limit: number,
    visit: (point: number, other: number) => void,
    isDone: (point: number, box: Box) => boolean = () => false,
  ): void {
    const point = this.order[at];
    const search = (box: Box) => {
      const { from, to, halves } = box;
      if (to <= at + 1 || !this.#isNear(point, box, limit) || isDone(point, box)) return;
      if (halves) {
        search(halves[0]);
        search(halves[1]);
      } else {
        for (let i = Math.max(from, at + 1); i < to; i++) visit(point, this.order[i]);
      }
    };
    search(this.#root);
  }

  /**
   * True if all points of a box, and `point`, are known to be in one set. A box is asked after its halves, so a larger
   * one need not look at its points; that they are in one set stays so, since sets only grow.
   */
  isOne({ from, to, halves, one }: Box, sets: Sets, point: number): boolean {
    const first = sets.find(this.order[from]);
    if (sets.find(point) !== first) return false;
    if (one.has(sets)) return true;
    const isOne = halves
      ? halves.every((half) => half.one.has(sets)) && sets.find(this.order[halves[1].from]) === first
      : this.order.subarray(from, to).every((other) => sets.find(other) === first);
    if (isOne) one.add(sets);
    return isOne;
  }

  #box(from: number, to: number): Box {
    const { order, space, dimensions } = this;
    const low = new Float32Array(dimensions).fill(Infinity),
      high = new Float32Array(dimensions).fill(-Infinity);
    for (let i = from; i < to; i++) {
      for (let k = 0, at = order[i] * dimensions; k < dimensions; k++, at++) {
        if (space[at] < low[k]) low[k] = space[at];
        if (space[at] > high[k]) high[k] = space[at];
      }
    }
    const box = { from, to, low, high, one: new Set<Sets>() };
    if (to - from <= LEAF) return { ...box, halves: undefined };
    let widest = 0;
    for (let k = 1; k < dimensions; k++) if (high[k] - low[k] > high[widest] - low[widest]) widest = k;
    order.subarray(from, to).sort((a, b) => space[a * dimensions + widest] - space[b * dimensions + widest]);
    const middle = (from + to) >> 1;
    return { ...box, halves: [this.#box(from, middle), this.#box(middle, to)] };
  }

  /** True if a point is not further from a box than the root of `limit`. */
  #isNear(point: number, { low, high }: Box, limit: number): boolean {
    const { space, dimensions } = this;
    let sum = 0;
    for (let k = 0, at = point * dimensions; k < dimensions; k++, at++) {
      const value = space[at];
      const gap = value < low[k] ? low[k] - value : value > high[k] ? value - high[k] : 0;
      sum += gap * gap;
      if (sum > limit) return false;
    }
    return true;
  }
}
