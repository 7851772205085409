import { assert, assertEquals, assertMatch } from "@std/assert";
import { denoMachine } from "../../src/host/deno_machine.ts";

/** Runs `body` with a variable set. */
async function withVariable(name: string, value: string, body: () => Promise<void>): Promise<void> {
  const before = Deno.env.get(name);
  Deno.env.set(name, value);
  try {
    await body();
  } finally {
    if (before === undefined) Deno.env.delete(name);
    else Deno.env.set(name, before);
  }
}

Deno.test("denoMachine() knows the system, the processor and the memory", () => {
  const machine = denoMachine();
  assertMatch(machine.version, /^\d+\.\d+\.\d+/);
  assertEquals(machine.os, Deno.build.os);
  assertMatch(machine.system, new RegExp(`${Deno.build.arch}$`));
  assert(machine.cores >= 1 && machine.memoryBytes > 2 ** 28);
});

Deno.test("denoMachine() reads the driver files that a variable names, and looks for their libraries", async () => {
  const folder = await Deno.makeTempDir();
  const write = (name: string, text: string) => Deno.writeTextFile(`${folder}/${name}`, text);
  await write("lib.so", "");
  await write("good.json", `{ "ICD": { "library_path": "./lib.so" } }`);
  await write("lost.json", `{ "ICD": { "library_path": "${folder}/lost.so" } }`);
  await write("odd.json", "{}");
  const files = ["good", "lost", "odd", "none"].map((name) => `${folder}/${name}.json`);
  await withVariable("VK_DRIVER_FILES", files.join(":"), () => {
    const { drivers, variables } = denoMachine();
    assertEquals(drivers.map(({ path }) => path), files);
    assertEquals(drivers.map(({ library }) => library), ["./lib.so", `${folder}/lost.so`, "", ""]);
    assertEquals(drivers.map(({ isLibraryFound }) => isLibraryFound), [true, false, false, false]);
    assertEquals(variables.VK_DRIVER_FILES, files.join(":"));
    return Promise.resolve();
  });
  await Deno.remove(folder, { recursive: true });
});

Deno.test("denoMachine() takes the browser that CHROME_PATH names, if it is there", async () => {
  await withVariable("CHROME_PATH", Deno.execPath(), () => {
    assertEquals(denoMachine().browser, Deno.execPath());
    return Promise.resolve();
  });
  await withVariable("CHROME_PATH", "/nonexistent/chrome", () => {
    assert(denoMachine().browser !== "/nonexistent/chrome");
    return Promise.resolve();
  });
});
