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
  const cure = "give images, folders or .zip files";
  const missing = await assertRejects(() => findPictures(host, ["no/such"]), Error);
  assertEquals(missing.message, `Cannot open "no/such": it does not exist; ${cure}`);
  assertEquals(exitCode(missing), 3);
  const text = await assertRejects(() => findPictures(host, ["deno.json"]), Error);
  assertEquals(text.message, `Cannot open "deno.json": it is neither a folder nor a .zip file; ${cure}`);
});

Deno.test("decodeFile() gives pixels, or the first line of why there are none", async () => {
  const [good, bad] = await findPictures(host, ["good.png", "bad.png"]);
  assertEquals(await decodeFile(host, good), { picture: { width: 1, height: 1, data: pixels } });
  assertEquals(await decodeFile(host, bad), { reason: "not an image" });
});
