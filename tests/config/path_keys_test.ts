/** Keys that hold a path take what stands there. */
import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../src/base/errors.ts";
import {
  type ConfigWorld,
  jobRequest,
  load,
  loadConfig,
  planSweep,
  quotedValue,
} from "../../src/config/mod.ts";
import { denoConfigFiles } from "../../src/host/deno_config.ts";

const files = denoConfigFiles();
const world: ConfigWorld = {
  cwd: "/here",
  now: new Date(0),
  env: (name) => name === "HOME" ? "/home/me" : undefined,
  openConfigFolder: (path) => ({ name: path, read: () => undefined, options: () => [], groups: () => [] }),
};

const odd = [
  "photos (1)",
  "Urlaub, Berge",
  "a=b",
  "it's",
  'so "called"',
  "[x]",
  "{x}",
  "50% off",
  "5",
  "true",
  "C:\\data\\new",
  "tab\there",
  " leading and trailing ",
  "~x",
  "a:b",
  "back\\",
  "#1 & more; rm",
  "日本語 🏀",
  "epoch=00-val_acc=0.5263.safetensors",
  "$HOME",
  "choice",
  "'half",
];

/** Each key that holds a path, by how it is set, and what it is in the configuration. */
const keys = [
  { key: "data.data_root", own: ["data=image_folder"], of: (config: Config) => config.data.data_root },
  { key: "resume", own: [], of: (config: Config) => config.resume },
  { key: "model.weights", own: [], of: (config: Config) => config.model.weights },
  { key: "data.patch", own: [], of: (config: Config) => config.data.patch },
  { key: "checkpoint_dir", own: [], of: (config: Config) => config.checkpoint_dir },
] as const;
type Config = ReturnType<typeof loadConfig>;

for (const { key, own, of } of keys) {
  Deno.test(`${key} takes odd paths as they stand`, () => {
    for (const path of odd) {
      assertEquals(of(loadConfig(files, [...own, `${key}=${path}`], { world })), path);
      assertEquals(of(loadConfig(files, [...own, `${key}=${quotedValue(path)}`], { world })), path);
    }
  });
}

const request = (...overrides: string[]) => ({
  sources: [{ provider: "main", files }],
  root: "train",
  overrides,
  task: "train",
});

Deno.test("hydra.run.dir takes odd paths as they stand", () => {
  for (const path of odd) assertEquals(load(request(`hydra.run.dir=${path}`), world).folder, path);
});

Deno.test("words that mean something, interpolations and the home folder keep their meaning", () => {
  const weights = (text: string) => loadConfig(files, [`model.weights=${text}`], { world }).model.weights;
  assertEquals(weights("null"), null);
  assertEquals(weights("DEFAULT"), "DEFAULT");
  assertEquals(weights("${checkpoint_dir}/best.safetensors"), "checkpoints/best.safetensors");
  assertEquals(weights("~/w.pth"), "/home/me/w.pth");
  assertEquals(weights("'~/w (1).pth'"), "/home/me/w (1).pth");
});

Deno.test("a sweep over paths is choice(...), and its jobs read back to the same paths", () => {
  const sweep = (value: string) => {
    const plan = planSweep(request("data=image_folder", `data.data_root=${value}`), world);
    return plan.jobs.map((_, number) =>
      load(jobRequest(request(), plan, number, world).request, world).config.data.data_root
    );
  };
  assertEquals(sweep("a,b"), ["a,b"]);
  assertEquals(sweep("choice('photos (1)','a=b',plain)"), ["photos (1)", "a=b", "plain"]);
});

Deno.test("keys of a map may be in quotes", () => {
  const weights = (text: string) =>
    loadConfig(files, ["data.sampler.mode=manual", `data.sampler.weights=${text}`]).data.sampler.weights;
  assertEquals(weights('{"6": 3}'), { "6": 3 });
  assertEquals(weights("{6: 3}"), { "6": 3 });
});

Deno.test("for other values the error shows the form that works", () => {
  const error = assertThrows(() => loadConfig(files, ["experiment=a (1)"]), ConfigError);
  assertEquals(
    error.message.includes(`; for text write 'experiment="a (1)"' (override`),
    true,
    error.message,
  );
});
