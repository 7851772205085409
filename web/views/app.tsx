/** The frame of the page: its head, the bar of rooms, what went wrong, and the room that is shown. */
import { computed, effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { fault, isUnlabelled, phase, summary } from "../state/session.ts";
import { rooms } from "./rooms.ts";
import { shown } from "./shown.ts";

const stage = computed(() => phase.value.at); // an open dataset's summary changes, which is no reason to go elsewhere

effect(() => {
  if (stage.value === "open") shown.value = isUnlabelled.peek() ? "images" : "verdict";
  if (stage.value === "empty" || stage.value === "question") shown.value = "data";
});

/** The whole page. */
export function App() {
  const { View } = rooms.find(({ id }) => id === shown.value)!;
  return (
    <>
      <header class="head">
        <h1>
          <span class="mark" aria-hidden="true" />wgrad
        </h1>
        <p class="where">{summary.value?.name ?? "Is my dataset sane, and will it learn?"}</p>
        <p class="promise">Nothing leaves this tab</p>
      </header>
      <RoomBar />
      <Fault />
      <main id="room">
        <View />
      </main>
    </>
  );
}

/** The bar, which is moved to the room that is shown where it is wider than the screen. */
function RoomBar() {
  const isOpen = summary.value !== undefined, bar = useRef<HTMLElement>(null);
  useEffect(() => {
    const centre = () => {
      const nav = bar.current!, current = nav.querySelector<HTMLElement>("[aria-current]")!;
      nav.scrollLeft = current.offsetLeft - nav.offsetLeft - (nav.clientWidth - current.offsetWidth) / 2;
    };
    centre();
    addEventListener("resize", centre);
    return () => removeEventListener("resize", centre);
  }, [shown.value]);
  return (
    <nav ref={bar} aria-label="Rooms">
      <ul>
        {rooms.map(({ id, title, needsData }) => (
          <li key={id}>
            <button
              type="button"
              aria-current={id === shown.value ? "page" : undefined}
              disabled={needsData && !isOpen}
              onClick={() => shown.value = id}
            >
              {title}
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Fault() {
  return (
    <div role="alert">
      {fault.value !== undefined && (
        <p class="fault">
          <span>{fault.value}</span>
          <button type="button" onClick={() => fault.value = undefined}>Dismiss</button>
        </p>
      )}
    </div>
  );
}
