/** Formats dates like Python's strftime, in local time. */

const MONTHS = "January February March April May June July August September October November December".split(
  " ",
);
const DAYS = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(" ");

const two = (value: number) => String(value).padStart(2, "0");
const hour12 = (date: Date) => date.getHours() % 12 || 12;
const dayOfYear = (date: Date) =>
  1 + Math.round(
    (Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) - Date.UTC(date.getFullYear(), 0, 1)) /
      864e5,
  );

const directives: Readonly<Record<string, (date: Date) => string>> = {
  Y: (date) => String(date.getFullYear()),
  y: (date) => two(date.getFullYear() % 100),
  m: (date) => two(date.getMonth() + 1),
  d: (date) => two(date.getDate()),
  H: (date) => two(date.getHours()),
  I: (date) => two(hour12(date)),
  M: (date) => two(date.getMinutes()),
  S: (date) => two(date.getSeconds()),
  f: (date) => String(date.getMilliseconds()).padStart(3, "0") + "000",
  p: (date) => date.getHours() < 12 ? "AM" : "PM",
  j: (date) => String(dayOfYear(date)).padStart(3, "0"),
  b: (date) => MONTHS[date.getMonth()].slice(0, 3),
  B: (date) => MONTHS[date.getMonth()],
  a: (date) => DAYS[date.getDay()].slice(0, 3),
  A: (date) => DAYS[date.getDay()],
  s: (date) => String(Math.floor(date.getTime() / 1000)),
  F: (date) => strftime(date, "%Y-%m-%d"),
  T: (date) => strftime(date, "%H:%M:%S"),
  "%": () => "%",
};

/** Formats `date`, for example with "%Y-%m-%d"; unknown directives stay unchanged. */
export function strftime(date: Date, format: string): string {
  return format.replace(
    /%(.)/g,
    (whole, name: string) => Object.hasOwn(directives, name) ? directives[name](date) : whole,
  );
}
