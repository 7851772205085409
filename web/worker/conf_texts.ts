/** The texts of conf/, which the page's worker carries: `deno task page` puts them ahead of it. */
declare global {
  /** Texts of conf/ by path. */
  var wgradConf: Readonly<Record<string, string>> | undefined;
}

/** All of them by path, such as "model/resnet18.yaml". */
export function confTexts(): ReadonlyMap<string, string> {
  return new Map(Object.entries(globalThis.wgradConf ?? {}));
}
