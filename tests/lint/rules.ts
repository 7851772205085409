/** House rules on single files and on what stands beside them. */

import { roomOf } from "./floors.ts";
import { codeOf, type Import, lineAt, type SourceFile } from "./source.ts";

const MOST_LINES = 400;

/** Of bench, what starts other programs, or is one. */
const STARTS_PROGRAMS = [
  "bench/torch.ts",
  "bench/fresh.ts",
  "bench/mpi.ts",
  "bench/mpi_rank.ts",
  "bench/mpi_step_rank.ts",
];

/** `Deno` and `document` belong to src/host: everything else in src and kernels runs in both worlds. */
export function hostFaults({ path, text }: SourceFile): string[] {
  if (path.startsWith("src/host/") || STARTS_PROGRAMS.includes(path)) return [];
  const code = codeOf(text);
  return [...code.matchAll(/\bDeno\b|(?<!\.)\bdocument\b|\bglobalThis\.document\b/g)].map((match) =>
    `${path}:${lineAt(code, match.index)} says ${match[0]}: move it to src/host`
  );
}

/** What writing() itself is made of. */
const WRITING = ["src/host/deno_writing.ts", "src/host/deno_temporaries.ts"];

/** Whatever changes the disk does so inside of writing(), which says why that fails. */
export function writerFaults({ path, text }: SourceFile): string[] {
  if (WRITING.includes(path) || /import \{[^}]*\bwriting\b[^}]*\} from "\.\/deno_writing\.ts"/.test(text)) {
    return [];
  }
  const code = codeOf(text);
  const changes = /\bDeno\.(?:write|rename|remove|mkdir|link|symlink|copyFile|truncate|makeTemp|create)\w*/g;
  return [...code.matchAll(changes)].map((match) =>
    `${path}:${lineAt(code, match.index)} says ${match[0]}: call it inside of writing()`
  );
}

/** Rooms whose lists have as many items as a dataset has files. */
const LONG_LISTS = ["data", "metrics", "plots", "train", "setup", "tasks"];

/** A list spread into a call, which overflows the stack from about 100,000 items on. */
export function spreadFaults({ path, text }: SourceFile): string[] {
  if (!LONG_LISTS.includes(roomOf(path) ?? "")) return [];
  const code = codeOf(text);
  return [...code.matchAll(/\.(?:push|unshift)\(\.\.\.|\bMath\.(?:max|min)\((?:[^()]*, )?\.\.\./g)].map((
    match,
  ) =>
    `${path}:${lineAt(code, match.index)} spreads a list into a call: use append(), largest() or smallest()`
  );
}

/** A file that is too long to read. */
export function lengthFaults({ path, text }: SourceFile): string[] {
  const lines = text.trimEnd().split("\n").length;
  return lines > MOST_LINES ? [`${path} has ${lines} lines: split it, at most ${MOST_LINES}`] : [];
}

/** An awaited read() waits for the GPU, so its line says so; base, data, formats and hosts read files. */
export function syncPointFaults({ path, text }: SourceFile): string[] {
  if (["base", "data", "formats", "host", "config"].includes(roomOf(path) ?? "host")) return [];
  const code = codeOf(text), lines = text.split("\n");
  return [...code.matchAll(/\bawait\s[^;={}]*?\.read\s*\(/g)].flatMap((match) => {
    const line = lineAt(code, match.index + match[0].length);
    const isMarked = lines[line - 1].includes("// GPU sync point");
    return isMarked ? [] : [`${path}:${line} awaits read() without "// GPU sync point"`];
  });
}

/** Other engines are for side-by-side figures: only bench/peers may import their packages. */
export function peerFaults(imports: readonly Import[]): string[] {
  return imports
    .filter(({ from, to }) => /^@(?:tensorflow|jax-js)\//.test(to) && !from.startsWith("bench/peers/"))
    .map(({ from, line, to }) => `${from}:${line} imports ${to}: other engines are for bench/peers only`);
}

/** An op without a test of its name. */
export function opTestFaults(paths: readonly string[]): string[] {
  const ops = paths.flatMap((path) => /^src\/ops\/(\w+)\.ts$/.exec(path)?.[1] ?? []);
  return ops.filter((op) => op !== "mod" && !paths.includes(`tests/ops/${op}_test.ts`))
    .map((op) => `src/ops/${op}.ts has no tests/ops/${op}_test.ts`);
}

/** A dependency that is not pinned to one version. */
export function pinFaults(imports: Readonly<Record<string, string>>): string[] {
  return Object.entries(imports)
    .filter(([, specifier]) =>
      !/^(?:\.|(?:npm|jsr):\/?(?:@[\w.-]+\/)?[\w.-]+@\d+\.\d+\.\d+[\w.-]*(?:\/|$))/.test(specifier)
    )
    .map(([name, specifier]) => `deno.json maps ${name} to ${specifier}: pin one exact version`);
}

/** A message that joins cause and effect with "as", which also means "while" and "like": use a colon or "because". */
export function causeFaults({ path, text }: SourceFile): string[] {
  const joined = /["'`]Cannot [^"'`]*? as (?:it|its|the(?! first)|there|they|no|all|this|that|both|each)\b/g;
  return [...text.matchAll(joined)].map(({ index }) =>
    `${path}:${lineAt(text, index)} joins cause and effect with "as": use a colon or "because"`
  );
}
