/** Time as something passes it: real, or a test's. */
export interface Clock {
  /** Milliseconds since some moment. */
  now(): number;
  /** Calls `act` every `ms` milliseconds, until the result is called. */
  every(ms: number, act: () => void): () => void;
}

/** The time of this process. */
export const realClock: Clock = {
  now: () => performance.now(),
  every(ms, act) {
    const timer = setInterval(act, ms);
    return () => clearInterval(timer);
  },
};

/** A duration as a clock shows it: `1:02:03`. */
export function clockTime(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}
