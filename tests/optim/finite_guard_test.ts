import { assertEquals } from "@std/assert";
import { persistent } from "../../src/core/tensor.ts";
import { finiteGuard } from "../../src/optim/finite_guard.ts";
import { STEP_SCALARS, stepScalars } from "../../src/optim/step_scalars.ts";
import { deviceTest } from "../core/fixtures.ts";

deviceTest(
  "from the first norm that is not finite on no step is taken, and its number stays",
  async (device) => {
    for (const bad of [NaN, Infinity]) {
      const guard = finiteGuard(device);
      const scalars = persistent(device, [STEP_SCALARS]), clip = persistent(device, [2]);
      const taken: number[][] = [];
      for (const [i, norm] of [1, 0, bad, 1, bad].entries()) {
        scalars.write(stepScalars([], { step: i + 1 }));
        clip.write([norm, 1]);
        guard.decide(scalars, clip);
        taken.push([...await guard.taken.read()]);
      }
      assertEquals(taken.map(([isTaken]) => isTaken), [1, 1, 0, 0, 0]);
      assertEquals(taken.slice(0, 2).map(([, count]) => count), [1, 2]);
      assertEquals(await guard.read(), 3);
      for (const part of [guard, scalars, clip]) part.free();
    }
  },
);
