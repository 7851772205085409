import { assertEquals } from "@std/assert";
import type { Clock } from "../../src/base/clock.ts";
import { counting, type Progress, progressOn } from "../../src/base/progress.ts";

/** A clock that a test moves. */
function fakeClock() {
  let now = 1234;
  const timers = new Set<{ at: number; readonly ms: number; readonly act: () => void }>();
  const clock: Clock = {
    now: () => now,
    every(ms, act) {
      const timer = { at: now + ms, ms, act };
      timers.add(timer);
      return () => timers.delete(timer);
    },
  };
  return {
    clock,
    timers,
    /** Lets time pass while the thread is busy, so that no timer fires. */
    block: (ms: number) => void (now += ms),
    pass(ms: number) {
      for (const end = now + ms; now < end;) {
        now++;
        for (const timer of timers) if (timer.at === now) timer.at += timer.ms, timer.act();
      }
    },
  };
}

/** Where lines go, and the live lines that are there. */
function fakeOutput(isTerminal: boolean) {
  const lines: string[] = [], live: { make: (columns: number) => string; updates: number }[] = [];
  return {
    lines,
    live,
    output: {
      isTerminal,
      print: (line: string) => void lines.push(line),
      live(make: (columns: number) => string) {
        const line = { make, updates: 0 };
        live.push(line);
        return {
          update: () => void line.updates++,
          [Symbol.dispose]: () => void live.splice(live.indexOf(line), 1),
        };
      },
    },
  };
}

function end(progress: Progress): void {
  progress[Symbol.dispose]();
}

for (const isTerminal of [false, true]) {
  Deno.test(`what takes less than two seconds shows nothing (${isTerminal ? "terminal" : "pipe"})`, () => {
    const { clock, pass, timers } = fakeClock(), { output, lines, live } = fakeOutput(isTerminal);
    const progress = progressOn(output, clock)("hashing images", 100);
    for (let i = 0; i < 100; i++) {
      pass(19);
      progress.at(i + 1);
      assertEquals([lines.length, live.length], [0, 0]);
    }
    end(progress);
    pass(60_000);
    assertEquals([lines.length, live.length, timers.size], [0, 0, 0]);
  });
}

Deno.test("in a pipe there is a line after two seconds, and then one every ten, with the time left", () => {
  const { clock, pass } = fakeClock(), { output, lines } = fakeOutput(false);
  const progress = progressOn(output, clock)("hashing images", 1000);
  for (let i = 0; i < 300; i++) {
    pass(100);
    progress.at(i + 1);
  }
  end(progress);
  assertEquals(lines, [
    "  hashing images: 19 of 1000, 0:01:43 left",
    "  hashing images: 119 of 1000, 0:01:29 left",
    "  hashing images: 219 of 1000, 0:01:18 left",
  ]);
});

Deno.test("what waits without counting shows for how long, and what blocks the thread shows it when it counts", () => {
  const { clock, pass, block } = fakeClock(), { output, lines } = fakeOutput(false);
  using progress = progressOn(output, clock)("compiling kernels");
  pass(12_500);
  block(11_000);
  progress.at(3);
  block(11_000);
  progress.at(9, 40);
  assertEquals(lines, [
    "  compiling kernels: 0:00:02 so far",
    "  compiling kernels: 0:00:12 so far",
    "  compiling kernels: 3",
    "  compiling kernels: 9 of 40, 0:01:59 left",
  ]);
});

Deno.test("on a terminal there is one live line, which is updated where the thread is busy, and ends with the work", () => {
  const { clock, pass, block } = fakeClock(), { output, lines, live } = fakeOutput(true);
  const progress = progressOn(output, clock)("fetching weights", 40_000_000, "bytes");
  pass(2500);
  progress.at(10_000_000);
  assertEquals(live.map(({ make }) => make(80)), ["  fetching weights: 10.0 of 40.0 MB, 0:00:08 left"]);
  for (let i = 0; i < 1000; i++) {
    block(1);
    progress.at(10_000_000 + i);
  }
  assertEquals([live.length, live[0].updates], [1, 11]);
  end(progress);
  assertEquals([live.length, lines.length], [0, 0]);
});

Deno.test("counting() passes everything on, counts what was taken, and ends with its reader", async () => {
  const counts: number[] = [];
  let ended = 0;
  async function* letters() {
    yield* ["a", "b", "c", "d"];
  }
  const progress = () => ({
    at: (done: number) => void counts.push(done),
    [Symbol.dispose]: () => void ended++,
  });
  assertEquals(await Array.fromAsync(counting(letters(), progress)), ["a", "b", "c", "d"]);
  assertEquals([counts, ended], [[1, 2, 3, 4], 1]);
  for await (const _ of counting(letters(), progress)) break;
  assertEquals([counts, ended], [[1, 2, 3, 4], 2]);
});
