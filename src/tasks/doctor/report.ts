/** The doctor's report: facts in sections, then problems and cures. */

/** A problem, and what to do about it. */
export interface Finding {
  /** A fault prevents training; a note does not. */
  readonly kind: "fault" | "note";
  readonly problem: string;
  readonly cure: string;
}

/** Related facts, each with its name. */
export interface Section {
  readonly title: string;
  readonly facts: readonly (readonly [name: string, value: string])[];
}

export interface Report {
  readonly sections: readonly Section[];
  readonly findings: readonly Finding[];
}

/** True if no fault was found. */
export function canTrain({ findings }: Report): boolean {
  return findings.every(({ kind }) => kind !== "fault");
}

/** Width of the name column, including its indent. */
const NAME = 20;
const WIDTH = 100;

/** A section as aligned lines under its title. */
export function formatSection({ title, facts }: Section): string[] {
  return [
    title,
    ...facts.flatMap(([name, value]) => hang(`  ${name}`.padEnd(NAME), value)),
    "",
  ];
}

/** The end of the report: each fault and note with its cure, and whether training can run. */
export function formatVerdict(report: Report): string[] {
  const order = { fault: 0, note: 1 };
  const findings = [...report.findings].sort((a, b) => order[a.kind] - order[b.kind]);
  return [
    ...findings.flatMap(({ kind, problem, cure }) => [
      ...hang(`${kind.toUpperCase()}  `, problem),
      ...hang("  do    ", cure),
      "",
    ]),
    canTrain(report) ? "Training can run." : "Training cannot run: see the faults above.",
  ];
}

/** Wraps `text` after `head`, at spaces but not within `commands`, with a hanging indent. */
function hang(head: string, text: string): string[] {
  const lines: string[] = [];
  let line = head, start = head;
  for (const word of text.match(/(?:`[^`]*`|\S)+/g) ?? []) {
    if (line !== start && line.length + word.length > WIDTH) {
      lines.push(line.trimEnd());
      line = start = " ".repeat(head.length);
    }
    line += `${word} `;
  }
  return [...lines, line.trimEnd()];
}
