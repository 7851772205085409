/** The order in which the stages of a chunk's pictures are carried out. */
import { colors, lettersOf } from "./color.ts";
import { blurs, jpegs, noises } from "./degrade.ts";
import type { Stage } from "./plan.ts";
import { resample } from "./resample.ts";
import { remaps, warps } from "./warp.ts";
import type { Darkroom, Work } from "./work.ts";

type StageOf<Kind extends Stage["kind"]> = Extract<Stage, { readonly kind: Kind }>;

/** How a kind of stage is carried out. */
interface Printer<S extends Stage> {
  /** Stages with the same text can share a dispatch. */
  readonly alike: (stage: S) => string;
  readonly run: (room: Darkroom, works: readonly Work[], stages: readonly S[]) => void;
  /** True if the result lies where the picture lay. */
  readonly inPlace?: boolean;
}

const printers: { readonly [Kind in Stage["kind"]]: Printer<StageOf<Kind>> } = {
  color: {
    alike: ({ segment }) => lettersOf(segment),
    run: (room, works, stages) => colors(room, works, stages.map(({ segment }) => segment)),
    inPlace: true,
  },
  resample: { alike: () => "", run: resample, inPlace: true },
  affine: { alike: ({ interpolation }) => interpolation, run: warps },
  perspective: { alike: ({ interpolation }) => interpolation, run: warps },
  flip: { alike: () => "", run: remaps },
  pixelate: { alike: () => "", run: remaps },
  blur: { alike: () => "", run: blurs, inPlace: true },
  noise: { alike: () => "", run: noises, inPlace: true },
  jpeg: { alike: () => "", run: jpegs, inPlace: true },
};

const printerOf = ({ kind }: Stage) => printers[kind] as unknown as Printer<Stage>;
const nameOf = (stage: Stage) => `${stage.kind} ${printerOf(stage).alike(stage)}`;

/** Carries out all stages of a chunk: those that can share a dispatch together. */
export function runStages(room: Darkroom, chunk: readonly Work[]): void {
  let waiting = chunk.filter(({ plan }) => plan.stages.length > 0);
  while (waiting.length > 0) {
    const ready = nextStage(waiting);
    const stages = ready.map(stageOf);
    const { run, inPlace = false } = printerOf(stages[0]);
    run(room, ready, stages);
    for (const work of ready) {
      work.done++;
      if (!inPlace) work.half = work.half === 0 ? 1 : 0;
    }
    waiting = waiting.filter(({ plan, done }) => done < plan.stages.length);
  }
}

const stageOf = ({ plan, done }: Work) => plan.stages[done];

/**
 * The pictures whose next stage is run: the kind of stage for which the fewest other pictures get ready later; among
 * equals the one with the most pictures.
 */
function nextStage(waiting: readonly Work[]): Work[] {
  const groups = [...Map.groupBy(waiting, (work) => nameOf(stageOf(work)))].map(([name, works]) => {
    const later = waiting.filter((work) =>
      !works.includes(work) && work.plan.stages.slice(work.done).some((stage) => nameOf(stage) === name)
    );
    return { works, later: later.length };
  });
  groups.sort((a, b) => a.later - b.later || b.works.length - a.works.length);
  return groups[0].works;
}
