/** Tests that ask Python: they need `python3`, or the interpreter that $PYTHON names, with some packages. */

const python = Deno.env.get("PYTHON") ?? "python3";
const found = new Map<string, boolean>();

/** Registers a test that is ignored, with the reason printed, where Python lacks one of `packages`. */
export function pythonTest(name: string, packages: readonly string[], fn: () => Promise<void>): void {
  const canImport = hasPackages(packages);
  if (!canImport) console.log(`ignored: ${python} cannot import ${packages.join(", ")}`);
  Deno.test({ name, ignore: !canImport, fn });
}

/** True if Python is there and imports all of `packages`. */
export function hasPackages(packages: readonly string[]): boolean {
  const code = packages.map((name) => `import ${name}`).join("\n");
  const known = found.get(code);
  if (known !== undefined) return known;
  let success = false;
  try {
    success =
      new Deno.Command(python, { args: ["-c", code], stdout: "null", stderr: "null" }).outputSync().success;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  found.set(code, success);
  return success;
}

/** What a Python program prints. @throws Error with what it said if it fails */
export function runPython(code: string, args: readonly string[]): Promise<string> {
  return printed(["-c", code, ...args]);
}

/** What the Python program in a file prints. @throws Error with what it said if it fails */
export function runScript(path: string, args: readonly string[]): Promise<string> {
  return printed([path, ...args]);
}

async function printed(args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(python, { args }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (!success) throw new Error(`Python failed: ${text(stderr)}`);
  return text(stdout);
}
