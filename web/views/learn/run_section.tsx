/** A run as it goes: what it does, how far it is, its curves and figures. */
import { goOn, isBusy, type Run, setPace, stop, timeLeft } from "../../state/learning.ts";
import { Curves } from "./curves.tsx";
import { percent } from "../percent.ts";

const TITLES = { overfit: "One batch by heart", training: "Training" };

/** The section. */
export function RunSection({ run }: { run: Run }) {
  const { kind, at, error, lines } = run;
  return (
    <section aria-labelledby="run-title" aria-busy={isBusy()}>
      <h2 id="run-title">
        {TITLES[kind]} <b class="badge">{at}</b>
      </h2>
      <Progress run={run} />
      <Buttons run={run} />
      {error !== undefined && !error.hasDiverged && <p class="fault" role="alert">{error.message}</p>}
      {run.steps.length > 0 && <Figures run={run} />}
      {run.steps.length > 0 && <Curves run={run} />}
      <details>
        <summary>What the command line would print</summary>
        <pre tabIndex={0}>{lines.join("\n")}</pre>
      </details>
    </section>
  );
}

function Progress({ run }: { run: Run }) {
  const { at, progress, total, steps, doing } = run;
  if (!isBusy()) return null;
  const done = steps.at(-1)?.step ?? 0, left = timeLeft(run), isUnderWay = at !== "starting";
  const { done: value, total: max } = isUnderWay
    ? { done, total }
    : progress ?? { done: 0, total: undefined };
  const ahead = max === undefined ? value : `${value} of ${max}`;
  const text = isUnderWay
    ? `Step ${ahead}${left === undefined ? "" : `, ${left} left`}`
    : progress === undefined
    ? doing
    : `${upper(progress.what)}: ${ahead}`;
  return (
    <div class="under-way">
      <progress aria-label="Progress" {...(max ? { max, value } : {})} />
      <span class="count" aria-live="off">{text}</span>
    </div>
  );
}

function upper(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function Buttons({ run: { kind, at } }: { run: Run }) {
  return (
    <div class="ways-in start">
      {at === "running" && <button type="button" onClick={() => void setPace("pause")}>Pause</button>}
      {at === "paused" && (
        <>
          <button type="button" onClick={() => void setPace("go")}>Go on</button>
          <button type="button" onClick={() => void setPace("step")}>One step</button>
        </>
      )}
      {isBusy() && <button type="button" onClick={() => void stop()}>Stop</button>}
      {at === "stopped" && kind === "training" && (
        <button type="button" onClick={() => void goOn()}>Resume</button>
      )}
    </div>
  );
}

function Figures({ run: { steps, valids, memory } }: { run: Run }) {
  const last = steps.at(-1)!, valid = valids.at(-1);
  return (
    <ul class="tiles">
      <Figure value={last.loss.toFixed(3)} label="loss of the last step" />
      <Figure value={percent(last.top1)} label="of its images right" />
      {valid !== undefined && <Figure value={percent(valid.top1)} label="of the validation right" />}
      <Figure value={last.imagesPerSecond.toFixed(1)} label="images/s" />
      {memory !== undefined && <Figure value={`${Math.round(memory / 2 ** 20)} MiB`} label="of GPU memory" />}
    </ul>
  );
}

function Figure({ value, label }: { value: string; label: string }) {
  return (
    <li>
      <b>{value}</b>
      <span>{label}</span>
    </li>
  );
}
