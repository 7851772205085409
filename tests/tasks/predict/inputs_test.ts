import { assertEquals, assertRejects } from "@std/assert";
import { exitCode } from "../../../src/base/errors.ts";
import { openTree } from "../../../src/host/deno_files.ts";
import { decodeFile, findPictures, type InputHost } from "../../../src/tasks/predict/inputs.ts";

const pixels = new Uint8Array(3);
const host = {
  openTree,
  readFile: (path: string) => Promise.resolve(new TextEncoder().encode(path)),
  pictures: {
    decode: (bytes: Uint8Array) =>
      new TextDecoder().decode(bytes).includes("good")
        ? Promise.resolve({ width: 1, height: 1, data: pixels })
        : Promise.reject(new TypeError("not an image\n  at a stack")),
  },
} as unknown as InputHost;

Deno.test("findPictures() takes files as they are, and those of a folder in order", async () => {
  const folder = await Deno.makeTempDir();
  for (const name of ["b.png", "a.JPG", "notes.txt", ".hidden.png"]) {
    await Deno.writeTextFile(`${folder}/${name}`, "");
  }
  const found = await findPictures(host, ["x/good.webp", `${folder}/`]);
  assertEquals(found.map(({ name }) => name), ["x/good.webp", `${folder}/a.JPG`, `${folder}/b.png`]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("findPictures() says what to give in place of a path that it cannot open", async () => {
  const cure = "give images, folders or archives";
  const missing = await assertRejects(() => findPictures(host, ["no/such"]), Error);
  assertEquals(missing.message, `Cannot open "no/such": it does not exist; ${cure}`);
  assertEquals(exitCode(missing), 3);
  const text = await assertRejects(() => findPictures(host, ["deno.json"]), Error);
  assertEquals(
    text.message,
    `Cannot open "deno.json": it is neither a folder nor an archive (.zip, .tar, .tar.gz); ${cure}`,
  );
});

Deno.test("findPictures() keeps the others where a path of several cannot be opened", async () => {
  const found = await findPictures(host, ["good.png", "no/such", "deno.json", "more.heic"]);
  assertEquals(found.map(({ name }) => name), ["good.png", "no/such", "deno.json", "more.heic"]);
  const cure = "give images, folders or archives";
  assertEquals(await decodeFile(host, found[1]), { reason: `it does not exist; ${cure}` });
  const none = await assertRejects(() => findPictures(host, ["no/such", "deno.json"]), Error);
  assertEquals(none.message.split("\n").length, 2);
});

/** The names that standard input with these bytes leads to. */
async function fromInput(input: Uint8Array | string, ...more: string[]): Promise<string[]> {
  const bytes = typeof input === "string" ? new TextEncoder().encode(input) : input;
  const files = await findPictures({ ...host, readInput: () => Promise.resolve(bytes) }, ["-", ...more]);
  return files.map(({ name }) => name);
}

Deno.test("findPictures() reads paths from standard input, one a line or separated by NUL", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/in.png`, "");
  assertEquals(await fromInput(`a b.png\r\n\n${folder}\nü.jpg`, "last.gif"), [
    "a b.png",
    `${folder}/in.png`,
    "ü.jpg",
    "last.gif",
  ]);
  assertEquals(await fromInput("a\nb.png\0c.png\0"), ["a\nb.png", "c.png"]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("findPictures() lists five paths of a list in which none can be opened, and counts the others", async () => {
  const paths = Array.from({ length: 500 }, (_, i) => `no/such/${i}`);
  const { message } = await assertRejects(() => fromInput(paths.join("\n")), Error);
  assertEquals([message.split("\n").length, message.split("\n").at(-1)], [6, "and 495 more"]);
});

Deno.test("findPictures() takes an image on standard input as it is", async () => {
  const gif = new TextEncoder().encode("GIF89a\n\x01\n\x01");
  const [file, ...others] = await findPictures({ ...host, readInput: () => Promise.resolve(gif) }, ["-"]);
  assertEquals([file.name, await file.load(), others], ["standard input", gif, []]);
});

Deno.test("findPictures() says what is wrong with standard input", async () => {
  const refused = async (input: Uint8Array | string, says: string, ...more: string[]) =>
    assertEquals((await assertRejects(() => fromInput(input, ...more)) as Error).message, says);
  const need = "need one image, or paths, one a line";
  await refused("", `Cannot predict: standard input is empty; ${need}`);
  await refused(
    Uint8Array.of(0, 255, 254),
    `Cannot predict: standard input is neither an image nor text; ${need}`,
  );
  await refused("\n \n", `Cannot predict: standard input has no paths; ${need}`);
  await refused("a.png", "Cannot read standard input twice: give - once", "-");
});

Deno.test("decodeFile() gives pixels, or the first line of why there are none", async () => {
  const [good, bad] = await findPictures(host, ["good.png", "bad.png"]);
  assertEquals(await decodeFile(host, good), { picture: { width: 1, height: 1, data: pixels } });
  assertEquals(await decodeFile(host, bad), { reason: "not an image" });
});
