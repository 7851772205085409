/** Runs the stages of a chunk's images, grouping those that can share a dispatch. */
import { branch, mix } from "./branches.ts";
import { colors, lettersOf } from "./color.ts";
import { blurs, jpegs, noises } from "./degrade.ts";
import type { Stage } from "./plan.ts";
import { resample } from "./resample.ts";
import { sharpen } from "./sharpen.ts";
import { remaps, warps } from "./warp.ts";
import type { AugmentBuffers, StagedImage } from "./augment_buffers.ts";

type StageOf<Kind extends Stage["kind"]> = Extract<Stage, { readonly kind: Kind }>;

/** How one kind of stage runs. */
interface StageHandler<S extends Stage> {
  /** Stages with the same key can share a dispatch. */
  readonly alike: (stage: S) => string;
  readonly run: (buffers: AugmentBuffers, items: readonly StagedImage[], stages: readonly S[]) => void;
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
  branch: { alike: () => "", run: branch, inPlace: true },
  mix: { alike: ({ shares }) => String(shares.length), run: mix, inPlace: true },
};

const handlerOf = ({ kind }: Stage) => stageHandlers[kind] as unknown as StageHandler<Stage>;
const nameOf = (stage: Stage) => `${stage.kind} ${handlerOf(stage).alike(stage)}`;

/** Runs all stages of a chunk, sharing dispatches where possible. */
export function runStages(buffers: AugmentBuffers, chunk: readonly StagedImage[]): void {
  let waiting: readonly StagedImage[] = chunk.filter(isWaiting);
  while (waiting.length > 0) {
    const ready = nextStage(waiting);
    const stages = ready.map(stageOf);
    const { run, inPlace = false } = handlerOf(stages[0]);
    run(buffers, ready, stages);
    for (const item of ready) {
      item.done++;
      if (!inPlace) item.half = item.half === 0 ? 1 : 0;
    }
    const begun = stages[0].kind === "branch" ? ready.flatMap(({ branches }) => branches) : [];
    waiting = [...waiting, ...begun].filter(isWaiting);
  }
}

const isWaiting = ({ stages, done }: StagedImage) => done < stages.length;
const stageOf = ({ stages, done }: StagedImage) => stages[done];

/**
 * The images whose next stage runs now, if nothing that it mixes is still to come: those of the stage kind that the fewest other images still reach later; on a
 * tie, the kind with the most images.
 */
function nextStage(waiting: readonly StagedImage[]): StagedImage[] {
  const able = waiting.filter((item) => stageOf(item).kind !== "mix" || !item.branches.some(isWaiting));
  const groups = [...Map.groupBy(able, (item) => nameOf(stageOf(item)))].map(([name, items]) => {
    const later = waiting.filter((item) =>
      !items.includes(item) && item.stages.slice(item.done).some((stage) => nameOf(stage) === name)
    );
    return { items, later: later.length };
  });
  groups.sort((a, b) => a.later - b.later || b.items.length - a.items.length);
  return groups[0].items;
}
