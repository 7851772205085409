/** Runs the stages of a chunk's images, grouping those that can share a dispatch. */
import { colors, lettersOf } from "./color.ts";
import { blurs, jpegs, noises } from "./degrade.ts";
import type { Stage } from "./plan.ts";
import { resample } from "./resample.ts";
import { sharpen } from "./sharpen.ts";
import { remaps, warps } from "./warp.ts";
import type { AugmentBuffers, AugmentItem } from "./augment_buffers.ts";

type StageOf<Kind extends Stage["kind"]> = Extract<Stage, { readonly kind: Kind }>;

/** How one kind of stage runs. */
interface StageHandler<S extends Stage> {
  /** Stages with the same key can share a dispatch. */
  readonly alike: (stage: S) => string;
  readonly run: (buffers: AugmentBuffers, items: readonly AugmentItem[], stages: readonly S[]) => void;
  /** True if the result replaces the input in the same square. */
  readonly inPlace?: boolean;
}

const stageHandlers: { readonly [Kind in Stage["kind"]]: StageHandler<StageOf<Kind>> } = {
  color: {
    alike: ({ segment }) => lettersOf(segment),
    run: (buffers, items, stages) => colors(buffers, items, stages.map(({ segment }) => segment)),
    inPlace: true,
  },
  resample: { alike: () => "", run: resample, inPlace: true },
  affine: { alike: ({ interpolation }) => interpolation, run: warps },
  perspective: { alike: ({ interpolation }) => interpolation, run: warps },
  flip: { alike: () => "", run: remaps },
  pixelate: { alike: () => "", run: remaps },
  sharpness: { alike: () => "", run: sharpen },
  blur: { alike: () => "", run: blurs, inPlace: true },
  noise: { alike: () => "", run: noises, inPlace: true },
  jpeg: { alike: () => "", run: jpegs, inPlace: true },
};

const handlerOf = ({ kind }: Stage) => stageHandlers[kind] as unknown as StageHandler<Stage>;
const nameOf = (stage: Stage) => `${stage.kind} ${handlerOf(stage).alike(stage)}`;

/** Runs all stages of a chunk, sharing dispatches where possible. */
export function runStages(buffers: AugmentBuffers, chunk: readonly AugmentItem[]): void {
  let waiting = chunk.filter(({ plan }) => plan.stages.length > 0);
  while (waiting.length > 0) {
    const ready = nextStage(waiting);
    const stages = ready.map(stageOf);
    const { run, inPlace = false } = handlerOf(stages[0]);
    run(buffers, ready, stages);
    for (const item of ready) {
      item.done++;
      if (!inPlace) item.half = item.half === 0 ? 1 : 0;
    }
    waiting = waiting.filter(({ plan, done }) => done < plan.stages.length);
  }
}

const stageOf = ({ plan, done }: AugmentItem) => plan.stages[done];

/**
 * The images whose next stage runs now: those of the stage kind that the fewest other images still reach later; on a
 * tie, the kind with the most images.
 */
function nextStage(waiting: readonly AugmentItem[]): AugmentItem[] {
  const groups = [...Map.groupBy(waiting, (item) => nameOf(stageOf(item)))].map(([name, items]) => {
    const later = waiting.filter((item) =>
      !items.includes(item) && item.plan.stages.slice(item.done).some((stage) => nameOf(stage) === name)
    );
    return { items, later: later.length };
  });
  groups.sort((a, b) => a.later - b.later || b.items.length - a.items.length);
  return groups[0].items;
}
