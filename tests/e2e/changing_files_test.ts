import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { encodePng } from "../../src/host/deno_images.ts";
import { patterned } from "../data/helpers.ts";
import { e2eTest } from "../rings.ts";
import { cli, command, withFolder } from "./cli.ts";

const COUNTS = { train: 24, valid: 8, test: 4 };

/** Class folders of small pictures; returns the root. */
async function photos(folder: string): Promise<string> {
  let seed = 0;
  for (const [split, count] of Object.entries(COUNTS)) {
    for (const name of ["cat", "dog"]) {
      const place = `${folder}/photos/${split}/${name}`;
      await Deno.mkdir(place, { recursive: true });
      for (let i = 0; i < count; i++) {
        await Deno.writeFile(`${place}/${i}.png`, await encodePng(patterned(20, 20, ++seed)));
      }
    }
  }
  return `${folder}/photos`;
}

function overrides(folder: string, epochs: number): string[] {
  return [
    ...[`hydra.run.dir=${folder}/run`, `checkpoint_dir=${folder}/checkpoints`, "resume=auto"],
    ...["data.image_size=32", "data.batch_size=16", "data.cache=none", "data.max_unreadable=0.2"],
    ...["trainer.tune_kernels=false", `trainer.max_epochs=${epochs}`],
  ];
}

e2eTest(
  "files that disappear while a run goes on end neither it nor its resuming",
  (context) =>
    withFolder(async (folder) => {
      const root = await photos(folder);
      await Deno.writeFile(
        `${root}/train/cat/cut.png`,
        (await Deno.readFile(`${root}/train/cat/1.png`)).subarray(0, 300),
      );

      await context.step("they are replaced in training, left out of validation, and named", async () => {
        const running = command("train", [root, ...overrides(folder, 4)]).spawn();
        const error = new Response(running.stderr).text();
        let out = "", isGone = false;
        for await (const text of running.stdout.pipeThrough(new TextDecoderStream())) {
          out += text;
          if (isGone || !/^ +0\/3 /m.test(out)) continue;
          isGone = true;
          await Promise.all(["train/dog/3", "valid/dog/5"].map((name) => Deno.remove(`${root}/${name}.png`)));
        }
        assertEquals((await running.status).code, 0, out + await error);
        assert(isGone, out);
        const said = out + await error;
        assertStringIncludes(said, "train: trained on others in place of 1 unreadable file:");
        assertMatch(said, /"train\/cat\/cut.png": the file is /);
        assertMatch(said, /"train\/dog\/3.png": Cannot open ".+": it does not exist/);
        assertMatch(said, /valid: left out 1 unreadable file: "valid\/dog\/5.png"/);
        const report = JSON.parse(await Deno.readTextFile(`${folder}/run/report.json`));
        const unreadable = report.health.find(({ title }: { title: string }) => /unreadable/i.test(title));
        assertEquals(unreadable.count, 3);
      });

      await context.step("resuming says which, and goes on with the others if it may", async () => {
        const refused = await cli("train", [root, ...overrides(folder, 5)]);
        assertEquals(refused.code, 3, refused.error);
        assertStringIncludes(refused.error, "2 files are gone (train/dog/3.png, valid/dog/5.png)");
        const { code, out, error } = await cli("train", [
          root,
          ...overrides(folder, 5),
          "data.on_change=continue",
        ]);
        assertEquals(code, 0, error);
        assertMatch(out + error, /the data has changed since: 2 files are gone/);
      });
    }),
);
