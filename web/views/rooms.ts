/** The rooms of the page, in the order of work. A new room is a file here and a line below. */
import type { FunctionComponent } from "preact";
import type { shown } from "./shown.ts";
import { CompareRoom } from "./compare/compare_room.tsx";
import { DataRoom } from "./data/data_room.tsx";
import { ImagesRoom } from "./images/images_room.tsx";
import { SeesRoom } from "./sees/sees_room.tsx";
import { LearnRoom } from "./learn/learn_room.tsx";
import { TakeRoom } from "./take/take_room.tsx";
import { TryRoom } from "./try/try_room.tsx";
import { VerdictRoom } from "./verdict/verdict_room.tsx";
import { WrongRoom } from "./wrong/wrong_room.tsx";

/** A part of the page. */
export interface Room {
  readonly id: typeof shown.value;
  readonly title: string;
  readonly View: FunctionComponent;
  /** True if it has something to show only once a dataset is open. */
  readonly needsData: boolean;
}

export const rooms: readonly Room[] = [
  { id: "data", title: "Data", View: DataRoom, needsData: false },
  { id: "verdict", title: "Verdict", View: VerdictRoom, needsData: true },
  { id: "images", title: "Look and fix", View: ImagesRoom, needsData: true },
  { id: "sees", title: "What the network sees", View: SeesRoom, needsData: true },
  { id: "learn", title: "Will it learn?", View: LearnRoom, needsData: true },
  { id: "wrong", title: "Where it is wrong", View: WrongRoom, needsData: true },
  { id: "take", title: "Take it away", View: TakeRoom, needsData: true },
  { id: "try", title: "Try it", View: TryRoom, needsData: false },
  { id: "compare", title: "Compare", View: CompareRoom, needsData: false },
];
