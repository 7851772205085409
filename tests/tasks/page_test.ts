/** What the page's server answers, and to whom. */
import { assert, assertEquals } from "@std/assert";
import { zipSync } from "fflate";
import { readingInOrder, servedTree } from "../../src/host/browser_files.ts";
import { inPlaceOrder } from "../../src/data/files/place_order.ts";
import { openFile } from "../../src/host/deno_file_source.ts";
import { openTree } from "../../src/host/deno_files.ts";
import { serve } from "../../src/host/deno_page.ts";
import type { Host } from "../../src/setup/host.ts";
import { page } from "../../src/tasks/page.ts";
import { offer } from "../../src/tasks/page/offered.ts";
import { answers } from "../../src/tasks/page/server.ts";
import { assertMessage, treeOf, utf8, withFolder } from "../data/helpers.ts";
import { ConfigError, DataError, UnreachableError } from "../../src/base/errors.ts";
import { inspectCalls } from "../../web/worker/inspect.ts";
import type { FileTree } from "../../src/data/types.ts";

const files = new Map([["index.html", { type: "text/html", body: "<title>page</title>" }]]);

/** What the server answers that offers a tree. */
const answersOf = async (tree: FileTree) => answers(files, await offer(tree, openFile));

Deno.test("the page's server gives its files and those of the dataset, and nothing else", async () => {
  const answer = await answersOf(treeOf({ "train/a/1 ä.jpg": "one" }));
  const status = async (path: string, init?: RequestInit) => {
    const response = await answer(new Request(`http://127.0.0.1:8000/${path}`, init));
    await response.body?.cancel();
    return response.status;
  };
  assertEquals(await status(""), 200);
  assertEquals(await status("data/files/0"), 200);
  for (const path of ["1", "0,1", "-1", "0,", "x", "..%2F..%2Fetc%2Fpasswd", "train/a/1%20%C3%A4.jpg"]) {
    assertEquals(await status(`data/files/${path}`), 404, path);
  }
  assertEquals(await status("data/archive", { headers: { range: "bytes=0-1" } }), 404);
  assertEquals(await status("deno.json"), 404);
  assertEquals(await status("", { method: "POST" }), 405);
  const { paths } = await (await answer(new Request("http://localhost:1/data/listing.json"))).json();
  assertEquals(paths, ["train/a/1 ä.jpg"]);
});

Deno.test("the page's server answers no name that another page has made point here", async () => {
  const answer = await answersOf(treeOf({ "a/1.jpg": "one" }));
  const response = await answer(new Request("http://evil.example:8000/data/listing.json"));
  assertEquals(response.status, 403);
  await response.body?.cancel();
});

Deno.test("a public page is answered under any name and address, and has no dataset", async () => {
  const answer = answers(files, undefined, true);
  for (const host of ["gpu.example:8080", "192.0.2.1", "localhost:1"]) {
    assertEquals(await (await answer(new Request(`http://${host}/`))).text(), "<title>page</title>");
    const data = await answer(new Request(`http://${host}/data/listing.json`));
    assertEquals([data.status, await data.text()], [404, "there is no /data/listing.json\n"]);
  }
});

for (const isPublic of [true, false]) {
  Deno.test({
    name: `serve() is ${isPublic ? "" : "not "}reached by other addresses than 127.0.0.1 if ${
      isPublic ? "" : "not "
    }public`,
    ignore: Deno.build.os !== "linux", // whose loopback has all of 127.0.0.0/8
    async fn() {
      const ended = new AbortController(), { promise, resolve } = Promise.withResolvers<string>();
      const server = serve({ port: 0, isPublic }, answers(files, undefined, isPublic), resolve, ended.signal);
      const other = (await promise).replace("127.0.0.1", "127.0.0.2");
      const text = await fetch(other).then((response) => response.text(), () => "refused");
      assertEquals(text, isPublic ? "<title>page</title>" : "refused");
      ended.abort();
      await server;
    },
  });
}

Deno.test("page --public takes no dataset", async () => {
  await assertMessage(
    () => page({} as Host, ["photos", "--public"]),
    ConfigError,
    /^Cannot serve photos to all machines: leave it out, or leave --public out\. Usage: /,
  );
});

Deno.test("the page's server gives parts of an archive, up to its end", async () => {
  await withFolder(async (folder) => {
    const bytes = zipSync({ "a/1.jpg": utf8("one") }), path = `${folder}/set.zip`;
    await Deno.writeFile(path, bytes);
    const answer = await answersOf(await openTree(path));
    const part = async (range: string) => {
      const headers = { range };
      const response = await answer(new Request("http://127.0.0.1:1/data/archive", { headers }));
      return response.status === 206 ? new Uint8Array(await response.arrayBuffer()) : await response.text();
    };
    assertEquals(await part("bytes=3-9"), bytes.slice(3, 10));
    assertEquals(await part(`bytes=20-${bytes.length + 5}`), bytes.slice(20));
    for (const range of [`bytes=${bytes.length}-${bytes.length}`, "bytes=5-4", "bytes=0-", "bytes=-5", "x"]) {
      assertEquals(await part(range), `ask for up to ${2 ** 26} bytes of ${bytes.length}\n`, range);
    }
  });
});

/** Serves a tree for the page's own reader, which is told how many requests it made. */
async function withServed(
  tree: FileTree,
  body: (served: FileTree, requests: () => number) => Promise<void>,
): Promise<void> {
  const answer = await answersOf(tree);
  let count = 0;
  const counting = (request: Request) => {
    count++;
    return answer(request);
  };
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, counting);
  await body((await servedTree(`http://127.0.0.1:${server.addr.port}/data/`))!, () => count);
}

/** Files of random lengths, of which some are empty and one is longer than what is sent at once. */
function manyFiles(): Record<string, Uint8Array> {
  const sizes = Array.from(
    { length: 300 },
    (_, i) => i === 7 ? 700_001 : Math.floor(4000 * Math.random() ** 3),
  );
  return Object.fromEntries(sizes.map((size, i) => [
    `${i % 3}/${i} #é?.jpg`,
    Uint8Array.from({ length: size }, (_, at) => Math.imul(at + i, 2654435761) >>> 24),
  ]));
}

for (const kind of ["folder", "zip"] as const) {
  Deno.test(`the page reads a served ${kind} as it is, by few requests`, async () => {
    await withFolder(async (folder) => {
      const all = manyFiles(), root = kind === "zip" ? `${folder}/set.zip` : folder;
      if (kind === "zip") await Deno.writeFile(root, zipSync(all));
      else {
        for (const [path, bytes] of Object.entries(all)) {
          await Deno.mkdir(`${root}/${path.split("/")[0]}`, { recursive: true });
          await Deno.writeFile(`${root}/${path}`, bytes);
        }
      }
      await withServed(await openTree(root), async (served, requests) => {
        const paths = await served.paths(), before = requests();
        assertEquals(paths, Object.keys(all).sort());
        const order = inPlaceOrder(paths, served.place!);
        await using reading = readingInOrder(order.map(served.place!));
        const found = await Promise.all(order.map((path) => reading.read(served.place!(path))));
        order.forEach((path, i) => assertEquals(found[i], all[path]));
        assert(requests() - before < 12, `${requests() - before} requests`);
        assertEquals(await served.read(paths[9]), all[paths[9]]);
      });
    });
  });
}

Deno.test("a served file that cannot be read says why, and those after it are read", async () => {
  const tree = treeOf({ "a/1.jpg": "one", "a/2.jpg": "two", "a/3.jpg": "" });
  const read = (path: string) =>
    path === "a/2.jpg" ? Promise.reject(new DataError("Cannot read a/2.jpg: no")) : tree.read(path);
  await withServed({ ...tree, read }, async (served) => {
    const [first, second, third] = (await served.paths()).map(served.place!);
    await using reading = readingInOrder([first, second, third]);
    assertEquals(await reading.read(first), utf8("one"));
    await assertMessage(() => reading.read(second), DataError, "Cannot read a/2.jpg: no");
    assertEquals(await reading.read(third), utf8(""));
  });
});

for (
  const [what, answer, message] of [
    ["answers with an error", () => new Response(null, { status: 500 }), /its server answered 500/],
    ["breaks off", () => new Response(Uint8Array.of(9, 0, 0, 0, 1, 2)), /its server broke off/],
    ["is gone", undefined, /its server does not answer/],
  ] as const
) {
  Deno.test(`files are not called unreadable where the server of the dataset ${what}`, async () => {
    const options = { port: 0, hostname: "127.0.0.1", onListen: () => {} };
    const server = Deno.serve(options, answer ?? (() => new Response()));
    const address = `http://127.0.0.1:${server.addr.port}/data/`;
    if (answer === undefined) await server.shutdown();
    const inspect = async (source: string, part?: { offset: number; size: number }) =>
      await inspectCalls().inspect(
        [1, 2, 3].map((i) => ({ source: source.replace("N", `${i}`), name: "set", ...(part && { part }) })),
        { signal: new AbortController().signal, progress: () => {} },
      );
    await assertMessage(() => inspect(`${address}files/N`), UnreachableError, message);
    const archive = () => inspect(`${address}archive`, { offset: 3, size: 20 });
    if (what !== "breaks off") await assertMessage(archive, UnreachableError, message);
    if (answer === undefined) await assertMessage(() => servedTree(address), UnreachableError, message);
    else await server.shutdown();
  });
}
