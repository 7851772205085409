import { assert, assertEquals, assertMatch } from "@std/assert";
import { e2eTest } from "../rings.ts";
import { cli, withFolder } from "./cli.ts";
import { clear, overrides, remainsIn, runToEnd, stop } from "./killing.ts";

/** SIGINT and SIGHUP come from terminals: see terminal_test.ts. */
const STOPS = [["SIGKILL", 1, 137], ["SIGTERM", 0, 130]] as const;
const INTERRUPTED =
  /InterruptedError: The run was interrupted after step \d+; go on with resume=.+\/run\/weights\/last\.safetensors/;

e2eTest("a run is gone on with", (context) =>
  withFolder(async (folder) => {
    const length = { epochs: 2, kept: 1 };
    const checkpoints = `${folder}/checkpoints/train`, last = `${checkpoints}/last.safetensors`;
    await context.step(
      "to the same bits, if it was killed in a checkpoint's write, or asked to end, whatever is made ahead",
      async () => {
        await runToEnd(folder, length, ["data.prefetch=0"]);
        const expected = await remainsIn(folder);
        await clear(folder);
        for (const [signal, write, code] of STOPS) {
          const stopped = await stop(folder, length, signal, { write });
          assertEquals(stopped.code, code, signal);
          if (code === 130) assertMatch(stopped.error, INTERRUPTED);
          assert(stopped.seconds < 60, `${signal} took ${stopped.seconds} s`);
        }
        await runToEnd(folder, length);
        assertEquals(await remainsIn(folder), expected);
      },
    );

    await context.step("from the newest whole checkpoint, if the last one is damaged", async () => {
      const whole = await Deno.readFile(last);
      await Deno.writeFile(last, whole.subarray(0, whole.length / 2)); // in place: no link of the best is damaged
      const best = (await namesIn(checkpoints)).find((name) => name.startsWith("epoch="))!;
      const epochs = 1 + Number(/^epoch=(\d+)/.exec(best)![1]);
      const { code, out, error } = await cli("train", overrides(folder, { epochs: 3, kept: 1 }));
      assertEquals(code, 0, error);
      assertMatch(out + error, /Cannot resume from .*last\.safetensors: Cannot read safetensors:/);
      const place = `at epoch ${epochs}, step ${2 * epochs}: the newest that is whole`;
      assertMatch(out, new RegExp(`^resume {2}.*epoch=.*${place}$`, "m"));
    });

    await context.step(
      "or begun afresh, which leaves its checkpoints and its folder as they are",
      async () => {
        const kept = await namesIn(checkpoints),
          metrics = await Deno.readTextFile(`${folder}/run/metrics.jsonl`);
        const fresh = await cli("train", [...overrides(folder, { epochs: 1, kept: 1 }), "resume=never"]);
        assertEquals(fresh.code, 0, fresh.error);
        assertMatch(fresh.out, /^ {2}note: .+\/run holds another run: this one goes to .+\/run\.1$/m);
        assertEquals(await namesIn(`${checkpoints}.1`), kept);
        assertEquals((await namesIn(checkpoints)).length, 2);
        assertEquals(await Deno.readTextFile(`${folder}/run/metrics.jsonl`), metrics);
        assertEquals(await namesIn(`${folder}/run.1/weights`), ["best.safetensors", "last.safetensors"]);
      },
    );

    await context.step("but not from a checkpoint of another image size, nor into a file", async () => {
      const args = overrides(folder, { epochs: 1, kept: 1 });
      const other = await cli("train", [...args, `resume=${last}`, "data.image_size=64"]);
      assertEquals(other.code, 2, other.error);
      assertMatch(
        other.error,
        /^ConfigError: Cannot resume from .+: it has data\.image_size=32 \(now 64\); give data\.image_size=32 to go on/m,
      );
      const blocked = await cli("train", [...args, `checkpoint_dir=${last}`]);
      assertEquals(blocked.code, 6, blocked.error);
      assertMatch(blocked.error, /^FileError: Cannot write ".+": something else is in its place/m);
    });
  }));

/** The names in a folder, sorted. */
async function namesIn(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();
}
