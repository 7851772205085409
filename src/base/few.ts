/** Number of names that a message lists, and of the characters of each that it shows. */
const MOST = 5, LONGEST = 120;

/** The first names of a list and the number of the others, for a message: `a, b, c, d, e and 495 more`. */
export function few(names: readonly string[]): string {
  return listed(names, (name) => name);
}

/** The same for names that may contain anything, each quoted. */
export function fewQuoted(names: readonly string[]): string {
  return listed(names, JSON.stringify);
}

function listed(names: readonly string[], written: (name: string) => string): string {
  const shown = names.slice(0, MOST).map((name) => written(shortened(name))).join(", ");
  return names.length > MOST ? `${shown} and ${names.length - MOST} more` : shown;
}

function shortened(name: string): string {
  return name.length > LONGEST ? `${name.slice(0, LONGEST)}...` : name;
}
