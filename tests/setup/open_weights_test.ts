import { assertEquals, assertRejects } from "@std/assert";
import { byteSource } from "../../src/base/byte_source.ts";
import { DataError } from "../../src/base/errors.ts";
import { openModelFile, openWeights, type WeightsHost } from "../../src/setup/open_weights.ts";
import { memoryTryLock } from "../launch/memory_host.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

/** A host with these files and variables; `download` gives what lies at every URL. */
function testHost(
  names: readonly string[],
  env: Record<string, string> = {},
  download: (url: string) => Promise<Uint8Array> = () => Promise.reject(new DataError("Cannot fetch it")),
) {
  const files = new Map(names.map((name) => [name, utf8(name)])), lines: string[] = [];
  const host = {
    openFile: (path: string) => Promise.resolve(byteSource(path, files.get(path)!)),
    download,
    folderStore: (folder: string) => ({
      exists: (name: string) => Promise.resolve(files.has(`${folder}/${name}`)),
    }),
    writeAtomic: (path: string, bytes: Uint8Array) => Promise.resolve(void files.set(path, bytes.slice())),
    tryLock: memoryTryLock(),
    signal: new AbortController().signal,
    configWorld: { env: (name: string) => ({ HOME: "/home/me", ...env })[name] },
    print: (line: string) => void lines.push(line),
  } as unknown as WeightsHost;
  return { host, files, lines };
}

Deno.test("DEFAULT is looked for in weights, then where torch.hub keeps its files", async () => {
  const file = "resnet34-b627a593.pth", cached = "/home/me/.cache/torch/hub/checkpoints";
  const find = async (names: string[], env = {}) =>
    (await openWeights(testHost(names, env).host, "resnet34", "DEFAULT")).source.name;
  assertEquals(await find([`weights/${file}`, `${cached}/${file}`]), `weights/${file}`);
  assertEquals(await find([`${cached}/${file}`]), `${cached}/${file}`);
  const env = { XDG_CACHE_HOME: "/cache" };
  assertEquals(
    await find([`/cache/torch/hub/checkpoints/${file}`], env),
    `/cache/torch/hub/checkpoints/${file}`,
  );
  const home = { ...env, TORCH_HOME: "~/torch" }, path = `/home/me/torch/hub/checkpoints/${file}`;
  assertEquals(await find([path, `${cached}/${file}`], home), path);
  assertEquals((await openWeights(testHost(["a.ckpt"]).host, "resnet34", "a.ckpt")).source.name, "a.ckpt");
});

Deno.test("a path may end with the place of the weights in the file", async () => {
  const paths = ["a.pth", "b/c=0.93.safetensors", "C:\\d.v2\\e.bin", "f:g"];
  const { host } = testHost(paths);
  const open = async (name: string) => {
    const { source, key } = await openModelFile(host, name);
    return [source.name, key];
  };
  for (const path of paths) assertEquals(await open(path), [path, undefined]);
  assertEquals(await open("a.pth:state_dict_ema"), ["a.pth", "state_dict_ema"]);
  assertEquals(await open("b/c=0.93.safetensors:top"), ["b/c=0.93.safetensors", "top"]);
  assertEquals(await open("C:\\d.v2\\e.bin:a._orig_mod.b-c"), ["C:\\d.v2\\e.bin", "a._orig_mod.b-c"]);
});

Deno.test("DEFAULT that is nowhere says what to put where", async () => {
  const { host } = testHost([], { TORCH_HOME: "/torch" });
  await assertRejects(
    () => openWeights(host, "resnet18", "DEFAULT"),
    DataError,
    "Cannot find torchvision's weights for resnet18: there is neither weights/resnet18-f37072fd.pth nor " +
      "/torch/hub/checkpoints/resnet18-f37072fd.pth, and they cannot be fetched (Cannot fetch it): fetch " +
      "https://download.pytorch.org/models/resnet18-f37072fd.pth elsewhere and put it into weights/, or give " +
      "model.weights=<path>",
  );
});

Deno.test("DEFAULT is fetched, and kept if its hash is that of its name", async () => {
  const urls: string[] = [];
  const fetched = testHost([], {}, (url) => {
    urls.push(url);
    return Promise.resolve(utf8("no weights"));
  });
  const error = await assertRejects(() => openWeights(fetched.host, "resnet50", "DEFAULT"), DataError);
  assertEquals(
    /its SHA-256 must begin with 11ad3fa6: that of the 10 bytes is [0-9a-f]{8}\)/.test(error.message),
    true,
  );
  assertEquals(urls, ["https://download.pytorch.org/models/resnet50-11ad3fa6.pth"]);
  assertEquals(fetched.files.size, 0);
});

Deno.test("DEFAULT that another process fetches is waited for, and not fetched again", async () => {
  const { host, files, lines } = testHost([], {}, () => Promise.reject(new Error("It is fetched twice")));
  const path = "weights/resnet50-11ad3fa6.pth",
    locks = new Map([[path, "process 7 on vm, which fetches it"]]);
  setTimeout(() => {
    files.set(path, utf8("weights"));
    locks.clear();
  }, 100);
  const weights = await openWeights({ ...host, tryLock: memoryTryLock(locks) }, "resnet50", "DEFAULT");
  assertEquals([weights.source.name, lines], [path, ["  waiting for process 7 on vm, which fetches it"]]);
});
