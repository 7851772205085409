/**
 * What a hook asks of the files of a commit: no white space at the ends of lines, a line break at the end, no large
 * file, and nothing that looks like a secret. `secrets_baseline.json` has the lines of tests that only look like one.
 */
const MOST_BYTES = 1_000_000;

/** Keys as their makers write them. */
const SECRETS: readonly [what: string, pattern: RegExp][] = [
  ["a private key", /-----BEGIN (?:RSA |EC |OPENSSH |DSA |PGP )?PRIVATE KEY/],
  ["a key of AWS", /\bAKIA[0-9A-Z]{16}\b/],
  ["a token of GitHub", /\bgh[pousr]_[A-Za-z0-9]{36,}\b/],
  ["a key of Google", /\bAIza[0-9A-Za-z_-]{35}\b/],
  ["a token of npm", /\bnpm_[A-Za-z0-9]{36}\b/],
  ["a key of Slack", /\bxox[baprs]-[A-Za-z0-9-]{10,}/],
  ["a key", /(?:api_?key|secret|token|password)["']?\s*[:=]\s*["'][0-9a-f]{40}["']/i],
];

/** What is wrong with a file, a line each. `known` has the lines that are no secret. */
export function fileFaults(path: string, text: string, known: ReadonlySet<string> = new Set()): string[] {
  const isProse = /\.md$/.test(path), isMade = /\.lock$|^tests\/fixtures\/|\.snap$/.test(path);
  const faults: string[] = [];
  if (text.length > MOST_BYTES) faults.push(`${path} is larger than ${MOST_BYTES} bytes`);
  if (text !== "" && !text.endsWith("\n") && !isMade) faults.push(`${path} does not end with a line break`);
  text.split("\n").forEach((line, i) => {
    if (/[ \t]+\r?$/.test(line) && !isProse && !isMade) faults.push(`${path}:${i + 1} ends with white space`);
    for (const [what, pattern] of SECRETS) {
      if (pattern.test(line) && !known.has(line.trim())) faults.push(`${path}:${i + 1} looks like ${what}`);
    }
  });
  return faults;
}

if (import.meta.main) {
  const baseline = new URL("secrets_baseline.json", import.meta.url);
  const known = new Set<string>(JSON.parse(await Deno.readTextFile(baseline)));
  const faults: string[] = [];
  for (const path of Deno.args) faults.push(...fileFaults(path, await Deno.readTextFile(path), known));
  faults.forEach((fault) => console.error(fault));
  Deno.exit(faults.length > 0 ? 1 : 0);
}
