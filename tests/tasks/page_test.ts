/** What the page's server answers, and to whom. */
import { assertEquals } from "@std/assert";
import { answers } from "../../src/tasks/page/server.ts";
import { treeOf } from "../data/helpers.ts";

const files = new Map([["index.html", { type: "text/html", text: "<title>page</title>" }]]);
const answer = answers(files, treeOf({ "train/a/1 ä.jpg": "one" }));

Deno.test("the page's server gives its files and those of the dataset, and nothing else", async () => {
  const status = async (path: string, init?: RequestInit) =>
    (await answer(new Request(`http://127.0.0.1:8000/${path}`, init))).status;
  assertEquals(await status(""), 200);
  assertEquals(await status("data/files/train/a/1%20%C3%A4.jpg"), 200);
  assertEquals(await status("data/files/train/a/2.jpg"), 404);
  assertEquals(await status("data/files/..%2F..%2Fetc%2Fpasswd"), 404);
  assertEquals(await status("data/files/%E0%A4%A"), 404);
  assertEquals(await status("deno.json"), 404);
  assertEquals(await status("", { method: "POST" }), 405);
  const { paths } = await (await answer(new Request("http://localhost:1/data/listing.json"))).json();
  assertEquals(paths, ["train/a/1 ä.jpg"]);
});

Deno.test("the page's server answers no name that another page has made point here", async () => {
  const response = await answer(new Request("http://evil.example:8000/data/listing.json"));
  assertEquals(response.status, 403);
  await response.body?.cancel();
});
