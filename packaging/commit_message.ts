/**
 * Checks the first lines of commit messages, which say what changes for whom, since releases follow from them: those
 * of standard input, a line each, or that of a file, as git's hook commit-msg calls it.
 */
const KINDS = "feat|fix|perf|refactor|docs|test|style|build|ci|chore|revert|bench";
const PATTERN = new RegExp(`^(?:${KINDS})(?:\\([\\w, -]+\\))?!?: (?=\\S).*[^.\\s]$`);
const BY_GIT = /^(?:Merge|Revert|fixup!|squash!) /;

/** What is wrong with a first line; undefined if nothing. */
export function messageFault(line: string): string | undefined {
  if (BY_GIT.test(line) || PATTERN.test(line)) return undefined;
  return `Cannot take "${line}": write KIND(PART): WHAT, without a period, such as "fix(data): read files of 0 bytes"; ` +
    `KIND is ${KINDS.replaceAll("|", ", ")}`;
}

if (import.meta.main) {
  const [file] = Deno.args;
  const text = file === undefined
    ? await new Response(Deno.stdin.readable).text()
    : (await Deno.readTextFile(file)).split("\n")[0];
  const faults = text.split("\n").filter((line) => line !== "").map(messageFault).filter((fault) =>
    fault !== undefined
  );
  faults.forEach((fault) => console.error(fault));
  Deno.exit(faults.length > 0 ? 1 : 0);
}
