/** The commands that README.md and docs/ show, as a shell takes them. */

const root = new URL("../../", import.meta.url);

/** A command and the page that shows it. */
export interface Shown {
  readonly page: string;
  readonly command: string;
}

/** The commands of a page: the lines of its bash blocks, and in README.md those in its sentences. */
export function shownCommands(page: string): Shown[] {
  const text = Deno.readTextFileSync(new URL(page, root));
  const blocks = [...text.matchAll(/^```bash\n([^]*?)^```$/gm)].flatMap(([, block]) =>
    block.replaceAll("\\\n", " ").split("\n")
  );
  const inline = page === "README.md"
    ? [...text.matchAll(/`((?:\.\/setup\.sh|deno task) [^`\n]+)`/g)].map(([, command]) => command)
    : [];
  const commands = [...blocks, ...inline].map((line) => line.replace(/(^|\s+)# .*$/, "").trim());
  return commands.filter((command) => command !== "").map((command) => ({ page, command }));
}

/** The pages of docs/. */
export function docPages(): string[] {
  const names = [...Deno.readDirSync(new URL("docs/", root))].map(({ name }) => `docs/${name}`);
  return names.filter((path) => path.endsWith(".md")).sort();
}

/** Runs a command in bash, in the project's folder as a user does. */
export async function inBash(command: string, env: Record<string, string>) {
  const { code, stdout, stderr } = await new Deno.Command("bash", {
    args: ["-c", command],
    cwd: root,
    env: { NO_COLOR: "1", ...env },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), error: text(stderr) };
}
