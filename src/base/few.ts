/** Number of names that a message lists. */
const MOST = 5;

/** The first names of a list and the number of the others, for a message: `a, b, c, d, e and 495 more`. */
export function few(names: readonly string[]): string {
  const shown = names.slice(0, MOST).map(shortened).join(", ");
  return names.length > MOST ? `${shown} and ${names.length - MOST} more` : shown;
}

/** The same for names that may contain anything, each quoted. */
export function fewQuoted(names: readonly string[]): string {
  return few(names.map((name) => JSON.stringify(shortened(name))));
}

const LONGEST = 120;

function shortened(name: string): string {
  return name.length > LONGEST ? `${name.slice(0, LONGEST)}...` : name;
}
