/** Disjoint sets of positions. */
export class Sets {
  readonly #parents: Int32Array;

  constructor(count: number) {
    this.#parents = Int32Array.from({ length: count }, (_, i) => i);
  }

  find(position: number): number {
    while (this.#parents[position] !== position) {
      position = this.#parents[position] = this.#parents[this.#parents[position]];
    }
    return position;
  }

  join(a: number, b: number): void {
    const first = this.find(a), second = this.find(b);
    this.#parents[Math.max(first, second)] = Math.min(first, second);
  }

  /** Sets of at least two, ordered by their first position. */
  groups(): number[][] {
    const all = Map.groupBy(this.#parents.keys(), (position) => this.find(position));
    return [...all.values()].filter((group) => group.length > 1);
  }
}
