/** How setup.sh gets Deno on a machine without Node.js, with stand-ins for all that would change this one. */
import { assertEquals, assertStringIncludes } from "@std/assert";

const script = decodeURIComponent(new URL("../../setup.sh", import.meta.url).pathname);

/** Programs of the system that the script may use. */
const TOOLS = ["bash", "cat", "chmod", "dirname", "env", "id", "mkdir", "sed", "sort", "tail", "tr", "uname"];

const DENO = `#!/bin/sh\\ncase $1 in --version) echo 'deno 2.9.6 (stable)' ;; *) echo "deno $*" ;; esac\\n`;

/** The last word but one is the folder of --target. */
const PIP = `[ "$3" = --version ] && exit 0
for word; do [ "$last" = --target ] && target=$word; last=$word; done
mkdir -p "$target/bin"; printf '${
  DENO.replaceAll("'", `'\\''`)
}' >"$target/bin/deno"; chmod +x "$target/bin/deno"`;

/** Runs the script where nothing but these programs is, as shell code; returns its exit code and output. */
async function setUp(programs: Readonly<Record<string, string>>): Promise<{ code: number; text: string }> {
  const folder = await Deno.makeTempDir({ prefix: "wgrad_setup_" });
  for (const name of TOOLS) {
    const found = ["/usr/bin", "/bin"].map((at) => `${at}/${name}`).find((path) => {
      try {
        return Deno.statSync(path).isFile;
      } catch {
        return false;
      }
    });
    if (found !== undefined) await Deno.symlink(found, `${folder}/${name}`);
  }
  for (const [name, text] of Object.entries({ ln: "", sudo: "exit 1", ...programs })) {
    await Deno.writeTextFile(`${folder}/${name}`, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  }
  const command = new Deno.Command(`${folder}/bash`, {
    args: [script],
    clearEnv: true,
    env: { PATH: folder, HOME: `${folder}/home` },
  });
  const { code, stdout, stderr } = await command.output();
  const text = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
  await Deno.remove(folder, { recursive: true });
  return { code, text: text.replaceAll(folder, "") };
}

const ignore = Deno.build.os !== "linux";

Deno.test({
  name: "setup.sh takes Deno by pip where there is no npm and Deno's own installer cannot be reached",
  ignore,
  async fn() {
    const { text } = await setUp({ curl: "exit 6", unzip: "", python3: PIP });
    assertEquals(text.split("\n").slice(0, 3), [
      "setup: installing Deno 2.9.6 (Deno's own installer, into /home/.deno)",
      "setup: it cannot be reached",
      "setup: installing Deno 2.9.6 (PyPI's package deno, into /home/.deno/pip)",
    ]);
    assertStringIncludes(text, "deno install --quiet --frozen");
  },
});

Deno.test({
  name: "setup.sh says what to install where it may install nothing",
  ignore,
  async fn() {
    const { code, text } = await setUp({ curl: "exit 6", unzip: "", python3: "exit 1" });
    assertEquals(code, 1);
    assertStringIncludes(text, "  - npm, which brings Deno: as root, ");
    assertStringIncludes(text, "npm install --global deno@2.9.6");
  },
});
