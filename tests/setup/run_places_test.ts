/** Where runs go, on a real disk: what one leaves, another finds. */
import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { BusyError, ConfigError, DataError } from "../../src/base/errors.ts";
import { type Config, loadConfig } from "../../src/config/mod.ts";
import { float32 } from "../../src/formats/safetensors.ts";
import { writeSealed } from "../../src/formats/sealed.ts";
import { denoConfigFiles } from "../../src/host/deno_config.ts";
import { openFile } from "../../src/host/deno_file_source.ts";
import { folderStore, linkAtomic, openTree } from "../../src/host/deno_files.ts";
import { tryLock } from "../../src/host/deno_lock.ts";
import { denoPictures } from "../../src/host/deno_pictures.ts";
import { writeAtomic } from "../../src/host/deno_writing.ts";
import { dataFingerprint } from "../../src/data/files/data_fingerprint.ts";
import type { Host } from "../../src/setup/host.ts";
import { keepListing } from "../../src/setup/kept_listing.ts";
import { openDataset } from "../../src/setup/open_dataset.ts";
import { aboutRun, openResume } from "../../src/setup/resume.ts";
import { findPlaces } from "../../src/setup/run_places.ts";
import { writeResult } from "../../src/setup/run_result.ts";
import { memoryHost } from "../launch/memory_host.ts";
import { ranksInOneProcess } from "../ranks.ts";

const KEPT = new Map([["fc.bias", float32([1], [1])]]);

/** A folder with a dataset, and what trains on it. */
class Place {
  readonly lines: string[] = [];
  readonly host: Host;
  /** On how many ranks a run trains. */
  ranks = 1;

  constructor(readonly root: string) {
    this.host = {
      ...memoryHost().host,
      ...{ openTree, openFile, folderStore, linkAtomic, writeAtomic, tryLock, readFile: Deno.readFile },
      pictures: denoPictures(),
      cacheFolder: (name) => `${root}/.cache/${name}`,
      print: (line) => void this.lines.push(line),
      openRanks: () => Promise.resolve(ranksInOneProcess(this.ranks)[0]),
    };
  }

  config(...overrides: string[]): Config {
    return loadConfig(denoConfigFiles(), [
      ...[`checkpoint_dir=${this.root}/checkpoints`, "data=image_folder", `data.data_root=${this.root}/data`],
      ...overrides,
    ]);
  }

  find(folder: string, overrides: string[] = [], isJob = false) {
    return findPlaces(this.host, this.config(...overrides), `${this.root}/${folder}`, isJob);
  }

  /** What a run of `epochs` epochs leaves: checkpoints under these names, its own weights, and its result. */
  async leave(folder: string, names = ["last"], overrides: string[] = [], epoch = 1, within = {}) {
    const config = this.config(...overrides), run = `${this.root}/${folder}`;
    const { tree, dataset } = await openDataset(this.host, config);
    const callbacks = { early_stopping: {}, report: { valid: 1 } };
    const progress = { epoch, batch: 0, step: 5 * epoch, callbacks, history: [], choices: [], ...within };
    const metadata = new Map([
      ...aboutRun(config, run, await dataFingerprint(tree, dataset), this.ranks),
      ["wgrad.classes", JSON.stringify(dataset.classes)],
      ["wgrad.progress", JSON.stringify(progress)],
    ]);
    const bytes = await writeSealed(KEPT, metadata);
    for (const name of names) {
      await writeAtomic(`${this.root}/checkpoints/${config.experiment}/${name}.safetensors`, bytes);
    }
    await writeAtomic(`${run}/weights/last.safetensors`, bytes);
    await writeAtomic(`${run}/run.json`, new Uint8Array());
  }

  /** The places without the root. */
  relative({ folder, checkpoints }: { folder: string; checkpoints: string }): string[] {
    return [folder, checkpoints].map((path) => path.slice(this.root.length + 1));
  }
}

function placeTest(name: string, body: (place: Place) => Promise<void>) {
  Deno.test(name, async () => {
    const root = await Deno.makeTempDir({ prefix: "wgrad_places_" });
    try {
      for (const split of ["train", "valid", "test"]) {
        for (const label of ["cat", "dog"]) {
          await write(`${root}/data/${split}/${label}/1.png`, `${split} ${label}`);
        }
      }
      await body(new Place(root));
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  });
}

const write = (path: string, text: string) => writeAtomic(path, new TextEncoder().encode(text));

placeTest("of two runs of an experiment at once, the second says so and keeps to itself", async (place) => {
  const { lines } = place;
  await using first = await place.find("run");
  await using second = await place.find("run");
  assertEquals(place.relative(first), ["run", "checkpoints/train"]);
  assertEquals(place.relative(second), ["run.1", "run.1/checkpoints"]);
  assertMatch(
    lines.join("\n"),
    /checkpoints\/train belongs to process \d+ on .+, which trains in .+\/run \(since .+Z\): this run keeps its/,
  );
  await first[Symbol.asyncDispose]();
  await using third = await place.find("third");
  assertEquals(place.relative(third), ["third", "checkpoints/train"]);
});

placeTest("a run enters no folder in which another left weights or a result", async (place) => {
  await (await place.find("run"))[Symbol.asyncDispose](); // it failed, and left nothing
  await using again = await place.find("run", ["experiment=again"]);
  assertEquals(place.relative(again)[0], "run");
  await again[Symbol.asyncDispose]();
  await place.leave("run");
  await using third = await place.find("run", ["experiment=third"]);
  assertEquals(place.relative(third)[0], "run.1");
  assertStringIncludes(place.lines.at(-1)!, `/run holds another run: this one goes to ${place.root}/run.1`);
  await third[Symbol.asyncDispose]();
  const done = { code: 0, error: undefined, seconds: 1, metrics: new Map() };
  await writeResult(place.host, `${place.root}/run.1`, done);
  await using fourth = await place.find("run", ["experiment=fourth"]);
  assertEquals(place.relative(fourth)[0], "run.2");
});

placeTest("each job of a sweep has its own checkpoints, and runs once at a time", async (place) => {
  await using first = await place.find("sweep/0", [], true);
  await using second = await place.find("sweep/1", ["resume=auto"], true);
  assertEquals(place.relative(first), ["sweep/0", "sweep/0/checkpoints"]);
  assertEquals(place.relative(second), ["sweep/1", "sweep/1/checkpoints"]);
  for (const resume of ["auto", "never"]) {
    const again = () => place.find("sweep/0", [`resume=${resume}`], true);
    await assertRejects(again, BusyError, "it belongs to process");
  }
});

placeTest(
  "resume=auto goes on with the newest checkpoint, on a copy of the data elsewhere too",
  async (place) => {
    const { root } = place;
    await place.leave("first", ["last", "epoch=00"]);
    await Deno.rename(`${root}/data`, `${root}/moved`);
    const changed = [
      "resume=auto",
      `data.data_root=${root}/moved`,
      "callbacks.ema={}",
      "trainer.precision=16-mixed",
    ];
    await using places = await place.find("second", changed);
    assertEquals(place.relative(places), ["first", "checkpoints/train"]);
    assertEquals(places.resume?.why, "the last of this experiment");
    await openResume(place.host, place.config(...changed, "trainer.max_epochs=1"), places.resume!);
    const said = place.lines.join("\n");
    assertStringIncludes(said, `trainer.precision="16-mixed" (was "32-true")`);
    assertStringIncludes(said, `callbacks.ema={"decay":0.9999,"warmup_steps":0} (was unset)`);
    assertStringIncludes(said, "nothing is left to train: trainer.max_epochs=1 is reached");
    await assertRejects(() => place.find("third", changed), BusyError, "give resume=never");
  },
);

placeTest("resume=auto never starts again where it cannot go on", async (place) => {
  const { root } = place;
  await place.leave("run");
  const refusals: [overrides: string[], cure: string][] = [
    [
      ["data.image_size=64"],
      "it has data.image_size=224 (now 64); give data.image_size=224 to go on, or resume=never",
    ],
    [["model=resnet34"], `it has model.name="resnet18" (now "resnet34")`],
  ];
  for (const [overrides, cure] of refusals) {
    await assertRejects(() => place.find("again", ["resume=auto", ...overrides]), ConfigError, cure);
  }
  const refuse = (text: string) => assertRejects(() => place.find("again", ["resume=auto"]), DataError, text);
  await write(`${root}/data/train/cat/1.png`, "another cat");
  await refuse("some of its images have changed");
  await write(`${root}/data/train/cat/2.png`, "one more");
  await refuse("its splits have other files or labels");
  await refuse("give data.on_change=continue to go on with what is there, or give resume=never");
  await write(`${root}/data/train/emu/2.png`, "a bird");
  await refuse(`its classes were ["cat","dog"], now they are ["cat","dog","emu"]`);
  await assertRejects(
    () => place.find("again", ["resume=auto", "data.on_change=continue"]),
    DataError,
    "restore the data, or give resume=never",
  );
  assert(!(await folderStore(`${root}/again`).exists("")), "nothing is written before");
});

placeTest("a run that resumes on other files says which, and goes on with them if it may", async (place) => {
  const { root, host } = place;
  await write(`${root}/data/valid/dog/2.png`, "another dog");
  await place.leave("run", ["last"], [], 3, { batch: 2, validatedAt: 1 });
  const { tree, dataset } = await openDataset(host, place.config());
  await keepListing(host, dataset, await dataFingerprint(tree, dataset));
  await Deno.remove(`${root}/data/valid/dog/1.png`);
  await write(`${root}/data/valid/cat/3.png`, "a third");
  await Deno.rename(`${root}/data/train/cat/1.png`, `${root}/data/train/dog/7.png`);
  await write(`${root}/data/train/cat/2.png`, "one more");
  const what = "2 files are gone (train/cat/1.png, valid/dog/1.png), " +
    "3 files are new (train/cat/2.png, train/dog/7.png, valid/cat/3.png)";
  const refused = await assertRejects(() => place.find("again", ["resume=auto"]), DataError);
  assertStringIncludes(refused.message, `(${what})`);
  const going = ["resume=auto", "data.on_change=continue"];
  await using places = await place.find("again", going);
  const { progress, tensors } = await openResume(host, place.config(...going), places.resume!);
  assertStringIncludes(place.lines.join("\n"), `the data has changed since: ${what}; epoch 3 starts again`);
  assertEquals([progress.epoch, progress.batch, progress.validatedAt, progress.step], [3, 0, 0, 15]);
  assertEquals(tensors.get("epoch.results")?.shape, [0, 4]);
  assertEquals(Object.keys(progress.callbacks), ["early_stopping"]);
});

placeTest(
  "a run resumes on any number of ranks, with its epoch anew where a step sees other images",
  async (place) => {
    const resume = async (from: number, to: number, ...overrides: string[]) => {
      place.ranks = from;
      await place.leave("run", ["last"], ["data.batch_size=12"], 3, { batch: 2, validatedAt: 1 });
      place.ranks = to;
      const going = ["resume=auto", "data.batch_size=12", ...overrides];
      await using places = await place.find("again", going);
      place.lines.length = 0;
      const { batch } = (await openResume(place.host, place.config(...going), places.resume!)).progress;
      return [batch, place.lines.filter((line) => /a step saw/.test(line))];
    };
    const changed = (was: string, is: string) => [
      0,
      [`  note: a step saw ${was}, and now ${is}: epoch 3 starts again`],
    ];
    assertEquals(await resume(2, 2), [2, []]);
    assertEquals(await resume(2, 3), changed("24 images on 2 ranks", "36 on 3 ranks"));
    assertEquals(await resume(2, 1), changed("24 images on 2 ranks", "12 on one rank"));
    assertEquals(await resume(1, 3), changed("12 images on one rank", "36 on 3 ranks"));
    assertEquals(await resume(2, 1, "data.batch_size=24"), [2, []]);
    assertEquals(await resume(2, 3, "data.batch_size=8"), [2, []]);
    await assertRejects(
      () => resume(2, 2, "data.batch_size=8"),
      ConfigError,
      "it has data.batch_size=12 (now 8)",
    );
  },
);

placeTest(
  "resume=auto takes the newest whole checkpoint, and says that none is whole of damage only",
  async (place) => {
    const checkpoints = `${place.root}/checkpoints/train`;
    await place.leave("run", ["epoch=00"], [], 1);
    await place.leave("run", ["epoch=01", "last"], [], 2);
    const find = async () => {
      await using places = await place.find("again", ["resume=auto"]);
      return places.resume?.path.slice(checkpoints.length + 1);
    };
    assertEquals(await find(), "last.safetensors");
    await Deno.remove(`${checkpoints}/last.safetensors`); // killed before the first was written, or save_last=false
    assertEquals(await find(), "epoch=01.safetensors");
    await write(`${checkpoints}/last.safetensors`, "damaged");
    assertEquals(await find(), "epoch=01.safetensors");
    assertStringIncludes(place.lines.join("\n"), "last.safetensors: Cannot read safetensors");
    for (const name of ["epoch=00", "epoch=01"]) await write(`${checkpoints}/${name}.safetensors`, "damaged");
    await assertRejects(find, DataError, "is whole; give resume=never to start again (they are kept)");
  },
);

placeTest(
  "resume=PATH goes on with the run whose weights it names, wherever that has been moved to",
  async (place) => {
    const { root } = place;
    await place.leave("run");
    const find = async (path: string) => {
      await using places = await place.find("again", [`resume=${root}/${path}`]);
      return place.relative(places);
    };
    assertEquals(await find("checkpoints/train/last.safetensors"), ["run", "checkpoints/train"]);
    assertEquals(await find("run/weights/last.safetensors"), ["run", "checkpoints/train"]);
    await Deno.rename(`${root}/run`, `${root}/moved`);
    assertEquals(await find("moved/weights/last.safetensors"), ["moved", "moved/checkpoints"]);
    assertEquals(await find("checkpoints/train/last.safetensors"), ["again", "checkpoints/train"]);
    assertStringIncludes(place.lines.at(-1)!, `run is gone, and with it what was logged so far: going on in`);
  },
);
