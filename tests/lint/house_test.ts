/** The project itself keeps the house rules. */

import { assertEquals } from "@std/assert";
import { cycleFaults, floorFaults } from "./floors.ts";
import { functionFaults } from "./functions.ts";
import {
  causeFaults,
  hostFaults,
  lengthFaults,
  opTestFaults,
  peerFaults,
  pinFaults,
  spreadFaults,
  syncPointFaults,
  writerFaults,
} from "./rules.ts";
import { importsOf, type SourceFile } from "./source.ts";

const root = new URL("../../", import.meta.url);

function filesBelow(folder: string): SourceFile[] {
  const entries = [...Deno.readDirSync(new URL(folder, root))];
  return entries.flatMap((entry) => {
    const path = `${folder}${entry.name}`;
    if (entry.isDirectory) return filesBelow(`${path}/`);
    return /\.tsx?$/.test(path) ? [{ path, text: Deno.readTextFileSync(new URL(path, root)) }] : [];
  });
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(new URL(path, root)) !== undefined;
  } catch {
    return false;
  }
}

const built = ["src/", "kernels/", "web/", "bench/", "packaging/"].filter(exists).flatMap(filesBelow)
  .concat(exists("mod.ts") ? [{ path: "mod.ts", text: Deno.readTextFileSync(new URL("mod.ts", root)) }] : []);
const tests = filesBelow("tests/");
const portable = built.filter(({ path }) => !/^(?:web|packaging)\//.test(path));
const imports = built.flatMap(importsOf);

Deno.test("imports go down only", () => assertEquals(floorFaults(imports), []));

Deno.test("imports make no cycle", () => assertEquals(cycleFaults(imports), []));

Deno.test("Deno and document are named in src/host only", () =>
  assertEquals(portable.flatMap(hostFaults), []));

Deno.test("whatever changes the disk explains why that fails", () => {
  assertEquals(built.filter(({ path }) => path.startsWith("src/")).flatMap(writerFaults), []);
});

Deno.test("no list as long as a dataset is spread into a call", () =>
  assertEquals(built.flatMap(spreadFaults), []));
Deno.test("no file is over 400 lines", () => assertEquals([...built, ...tests].flatMap(lengthFaults), []));

Deno.test("no function of src is over 60 lines", () => {
  const files = built.filter(({ path }) => /^(?:src|web)\//.test(path));
  assertEquals(files.flatMap(functionFaults), []);
});

Deno.test("every wait for the GPU says so", () => assertEquals(portable.flatMap(syncPointFaults), []));

Deno.test("other engines are imported in bench/peers only", () => {
  assertEquals(peerFaults([...imports, ...tests.flatMap(importsOf)]), []);
});

Deno.test("every op has a test of its name", () => {
  assertEquals(opTestFaults([...built, ...tests].map(({ path }) => path)), []);
});

Deno.test("every dependency is pinned", () => {
  const { imports } = JSON.parse(Deno.readTextFileSync(new URL("deno.dev.json", root)));
  assertEquals(pinFaults(imports), []);
});

Deno.test("messages give the cause after a colon or because", () =>
  assertEquals(built.flatMap(causeFaults), []));
