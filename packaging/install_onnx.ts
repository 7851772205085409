/** Installs the packages of deno.onnx.json where one of them is missing, for the tasks that need ONNX Runtime. */
import { type NpmImport, npmImports } from "./modules.ts";

const { imports } = JSON.parse(await Deno.readTextFile("deno.onnx.json")) as {
  imports: Record<string, string>;
};

/** Whether a package is there in the pinned version. */
async function isThere({ name, version }: NpmImport): Promise<boolean> {
  try {
    return (await Deno.stat(`node_modules/.deno/${name.replace("/", "+")}@${version}`)).isDirectory;
  } catch {
    return false;
  }
}

const areThere = await Promise.all([...npmImports(imports).values()].map(isThere));
if (areThere.includes(false)) {
  console.error("Installing ONNX Runtime and the page's packages, once (580 MB)");
  const args = ["install", "--quiet", "--frozen", "--config=deno.onnx.json"];
  const { code } = await new Deno.Command("deno", { args }).spawn().status;
  Deno.exit(code);
}
