/** Tables of docs/onnx.md that are made from what was measured. */

const PAGE = new URL("../../../docs/onnx.md", import.meta.url);

/** Rows as a table of Markdown; the first row is the heading. */
export function markdownTable([heading, ...rows]: readonly (readonly string[])[]): string {
  return [heading, heading.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

/** Prints `text`, and puts it into the page between the comments of a name if WRITE_DOCS=1. */
export async function publish(name: string, text: string): Promise<void> {
  console.log(text);
  if (Deno.env.get("WRITE_DOCS") !== "1") return;
  const first = `<!-- measured: ${name} -->`, last = `<!-- end of ${name} -->`;
  const page = await Deno.readTextFile(PAGE);
  const start = page.indexOf(first), end = page.indexOf(last);
  if (start < 0 || end < start) {
    throw new Error(`Cannot write the table: docs/onnx.md must have ${first} and ${last}`);
  }
  await Deno.writeTextFile(PAGE, `${page.slice(0, start)}${first}\n${text}\n${page.slice(end)}`);
}
