/**
 * Reads a report of coverage in the format lcov and fails where a smaller share of lines is covered than is asked for:
 * `coverage_floor.ts coverage.lcov 90`. It prints the share of each folder of `src`, as rows of a table in Markdown.
 */

/** Lines of source, and those of them that tests ran. */
export interface Lines {
  found: number;
  hit: number;
}

/** The lines of each folder of `src`, with `all` first. */
export function linesByFolder(lcov: string): Map<string, Lines> {
  const folders = new Map<string, Lines>([["all", { found: 0, hit: 0 }]]);
  for (const record of lcov.split("end_of_record")) {
    const [, folder] = /^SF:.*\/src\/([^/\n]+)\//m.exec(record) ?? [];
    if (folder === undefined) continue;
    const count = (key: string) => Number(new RegExp(`^${key}:(\\d+)$`, "m").exec(record)?.[1] ?? 0);
    for (const name of ["all", folder]) {
      const lines = folders.get(name) ?? { found: 0, hit: 0 };
      folders.set(name, { found: lines.found + count("LF"), hit: lines.hit + count("LH") });
    }
  }
  return folders;
}

/** The covered lines of a hundred. */
export const percent = ({ found, hit }: Lines) => 100 * hit / found;

if (import.meta.main) {
  const [path, floor] = Deno.args;
  const folders = linesByFolder(await Deno.readTextFile(path));
  console.log("| folder of src | lines | covered |\n| --- | --- | --- |");
  for (const [name, lines] of folders) {
    console.log(`| ${name} | ${lines.found} | ${percent(lines).toFixed(1)} % |`);
  }
  const share = percent(folders.get("all")!);
  if (!(share >= Number(floor))) {
    console.error(
      `Cannot take this coverage: ${share.toFixed(1)} % of lines, and it was ${floor} %; test what is new`,
    );
    Deno.exit(1);
  }
}
