import { assert, assertEquals, assertMatch } from "@std/assert";
import { e2eTest } from "../rings.ts";
import { cli, tiny, withFolder } from "./cli.ts";
import { clear, remains, runToEnd, stop } from "./killing.ts";

e2eTest(
  "a run that is killed in a checkpoint's write, interrupted and asked to end goes on to the same bits",
  () =>
    withFolder(async (folder) => {
      const length = { epochs: 2, kept: 1 };
      await runToEnd(folder, length);
      const expected = await remains(folder);
      await clear(folder);
      for (
        const [signal, write, code] of [["SIGKILL", 1, 137], ["SIGINT", 0, 130], ["SIGTERM", 0, 130]] as const
      ) {
        const stopped = await stop(folder, length, signal, { write });
        assertEquals(stopped.code, code, signal);
        assert(stopped.seconds < 10, `${signal} took ${stopped.seconds} s`);
      }
      await runToEnd(folder, length);
      assertEquals(await remains(folder), expected);
    }),
);

e2eTest(
  "a damaged last checkpoint is named and the newest whole one used; a fresh run overwrites neither",
  () =>
    withFolder(async (folder) => {
      const args = [...tiny(folder, 2), "callbacks.model_checkpoint.save_top_k=-1"];
      assertEquals((await cli("train", args)).code, 0);
      const checkpoints = `${folder}/checkpoints/train`, last = `${checkpoints}/last.safetensors`;
      const whole = await Deno.readFile(last);
      await Deno.remove(last); // a link of the best, which stays whole
      await Deno.writeFile(last, whole.subarray(0, whole.length / 2));
      const longer = [...args, "trainer.max_epochs=3", "resume=auto"];
      const resumed = await cli("train", longer);
      assertEquals(resumed.code, 0, resumed.error);
      assertMatch(
        resumed.out + resumed.error,
        /Cannot resume from .*last\.safetensors: Cannot read safetensors:/,
      );
      assertMatch(resumed.out, /^resume {2}.*epoch=.*at epoch 3, step 6: the newest that is whole$/m);
      const fresh = await cli("train", [...tiny(folder, 1), "resume=never"]);
      assertEquals(fresh.code, 0, fresh.error);
      const names = async (path: string) => {
        const found = await Array.fromAsync(Deno.readDir(path), ({ name }) => name);
        return found.sort();
      };
      assertEquals((await names(`${checkpoints}.1`)).length, 4);
      assertEquals((await names(checkpoints)).length, 2);
    }),
);

e2eTest(
  "a checkpoint of another model, size or experiment is not resumed, and the difference is said",
  () =>
    withFolder(async (folder) => {
      const args = tiny(folder, 1);
      assertEquals((await cli("train", args)).code, 0);
      const path = `${folder}/checkpoints/train/last.safetensors`;
      const other = await cli("train", [...args, `resume=${path}`, "data.image_size=64"]);
      assertEquals(other.code, 2);
      assertMatch(
        other.error,
        /^ConfigError: Cannot resume from .+ as .+ has data\.image_size=32 \(now 64\)$/m,
      );
      const blocked = await cli("train", [...args, `checkpoint_dir=${path}`]);
      assertEquals(blocked.code, 6, blocked.error);
      assertMatch(blocked.error, /^FileError: Cannot write ".+" as something else lies in its place/m);
    }),
);
