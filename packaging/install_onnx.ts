/** Installs the packages of deno.onnx.json where one of them is missing, for the tasks that need ONNX Runtime. */

const { imports } = JSON.parse(await Deno.readTextFile("deno.onnx.json")) as {
  imports: Record<string, string>;
};

/** Whether a package is there in the pinned version, as `npm:name@1.2.3` or `npm:/name@1.2.3/` names it. */
async function isThere(specifier: string): Promise<boolean> {
  const [, name, version] = /^npm:\/?((?:@[^/]+\/)?[^@/]+)@([^/]+)/.exec(specifier)!;
  try {
    return (await Deno.stat(`node_modules/.deno/${name.replace("/", "+")}@${version}`)).isDirectory;
  } catch {
    return false;
  }
}

const areThere = await Promise.all(Object.values(imports).map(isThere));
if (areThere.includes(false)) {
  console.error("Installing ONNX Runtime and the page's packages, once (580 MB)");
  const args = ["install", "--quiet", "--frozen", "--config=deno.onnx.json"];
  const { code } = await new Deno.Command("deno", { args }).spawn().status;
  Deno.exit(code);
}
