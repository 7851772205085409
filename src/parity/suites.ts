/** All kinds of cases, by the files that contain them. */
import { type OptimizerName, optimizers } from "../optim/optimizers/mod.ts";
import type { ParityCase, Suite } from "./case.ts";
import { emaCases } from "./ema.ts";
import type { CaseFolder } from "./folder.ts";
import { metricCases } from "./metrics.ts";
import { opCases } from "./ops.ts";
import { optimizerCases } from "./optimizers.ts";
import { scheduleCases } from "./schedules.ts";
import { isTrajectory, trajectoryCases } from "./trajectory.ts";
import { transformCases } from "./transforms.ts";
import { isWeights, weightCases } from "./weights.ts";

/** A kind of case: the files that it needs, and how it reads them. */
interface Kind {
  readonly name: string;
  reads(file: string): boolean;
  collect(folder: CaseFolder): Promise<Suite>;
}

const pair = (name: string) => (file: string) => file === `${name}.json` || file === `${name}.safetensors`;

const kinds: readonly Kind[] = [
  { name: "schedules", reads: (file) => file === "schedules.json", collect: scheduleCases },
  { name: "transforms", reads: pair("transforms"), collect: transformCases },
  { name: "ops", reads: pair("ops"), collect: opCases },
  ...(Object.keys(optimizers) as OptimizerName[]).map((name): Kind => ({
    name,
    reads: pair(name),
    collect: (folder) => optimizerCases(folder, name),
  })),
  { name: "ema", reads: (file) => file === "ema.json", collect: emaCases },
  { name: "metrics", reads: (file) => file === "metrics.json", collect: metricCases },
  { name: "weights", reads: isWeights, collect: weightCases },
  { name: "trajectories", reads: isTrajectory, collect: trajectoryCases },
];

/** Files that describe a folder and contain no cases. */
const DESCRIPTIONS = ["README.md", "make.py"];

/** All cases of a folder, and the parts that are not covered. @throws DataError if a file is broken */
export async function suites(folder: CaseFolder): Promise<{ cases: ParityCase[]; notCovered: string[] }> {
  const cases: ParityCase[] = [], notCovered: string[] = [];
  for (const { name, reads, collect } of kinds) {
    if (!folder.files.some(reads)) {
      notCovered.push(`${name} (none in this folder)`);
      continue;
    }
    const suite = await collect(folder);
    cases.push(...suite.cases);
    if (suite.notCovered.length > 0) notCovered.push(`${name} (${suite.notCovered.join(", ")})`);
  }
  const isRead = (file: string) => kinds.some(({ reads }) => reads(file)) || DESCRIPTIONS.includes(file);
  return { cases, notCovered: [...notCovered, ...folder.files.filter((file) => !isRead(file))] };
}
