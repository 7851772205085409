/** The pace of a run: it goes, waits between two steps, or takes one of them. */
export class Pace {
  #isPaused = false;
  #wake = () => {};

  set(pace: "go" | "pause" | "step"): void {
    this.#isPaused = pace === "pause";
    if (pace === "go") this.#wake();
    if (pace !== "step") return;
    this.#isPaused = true;
    this.#wake();
  }

  /** Waits between two steps, if it should; `waiting` is told of it. */
  async next(waiting: () => void): Promise<void> {
    if (!this.#isPaused) return;
    waiting();
    await new Promise<void>((resolve) => this.#wake = resolve);
  }
}
