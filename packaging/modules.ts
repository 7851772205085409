/** Compiled modules as modules of the npm package: what they import is there in every runtime. */

/** A file that modules import as text: where it is in the project, and the module that exports it. */
export interface TextFile {
  readonly file: string;
  readonly module: string;
}

/** A module of the package, the npm packages that it imports, and its texts. */
export interface PortableModule {
  readonly code: string;
  readonly packages: readonly string[];
  readonly texts: readonly TextFile[];
}

/** An npm package as an import map names it: `npm:NAME@VERSION/FILE`. */
export interface NpmImport {
  readonly name: string;
  readonly version: string;
  /** The file in it, with a slash before it; empty for the package itself. */
  readonly file: string;
}

/** The npm packages of an import map. */
export function npmImports(imports: Readonly<Record<string, string>>): Map<string, NpmImport> {
  return new Map(
    Object.entries(imports).map(([key, target]) => {
      const match = /^npm:\/?((?:@[^/]+\/)?[^@/]+)@([^/]+)(.*)$/.exec(target);
      if (match === null) {
        throw new TypeError(`Cannot read the import "${target}" of "${key}": it is no npm package`);
      }
      return [key, { name: match[1], version: match[2], file: match[3] }];
    }),
  );
}

const IMPORT = /(\bfrom\s*|\bimport\s*\(\s*|^import\s*)"([^"\n]+)"( with \{ type: "text" \})?/gm;

/**
 * The module at `path`, JavaScript or types. Relative imports of types end in .js, as those of code do already
 * (https://github.com/microsoft/TypeScript/issues/61037); texts are imported from modules; packages have the names
 * that npm knows, and this one the name that it has there.
 */
export function portableModule(
  path: string,
  compiled: string,
  imports: ReadonlyMap<string, NpmImport>,
): PortableModule {
  const packages: string[] = [], texts: TextFile[] = [];
  const toRoot = "../".repeat(path.split("/").length - 1) || "./";
  const resolve = (specifier: string) => new URL(specifier, `file:///${path}`).pathname.slice(1);
  const code = compiled.replace(IMPORT, (_, before: string, specifier: string, isText?: string) => {
    const isRelative = specifier.startsWith(".");
    if (isText !== undefined) {
      const module = isRelative ? `${resolve(specifier)}.text.js` : `texts/${specifier}.text.js`;
      texts.push({ file: isRelative ? resolve(specifier) : `node_modules/${specifier}`, module });
      return `${before}"${isRelative ? `${specifier}.text.js` : toRoot + module}"`;
    }
    if (isRelative) return `${before}"${specifier.replace(/\.ts$/, ".js")}"`;
    const found = imports.get(specifier);
    if (found === undefined) return `${before}"${specifier}"`;
    packages.push(found.name);
    return `${before}"${found.name}${found.file}"`;
  });
  return { code: code.replaceAll("@wgrad/wgrad", "wgrad"), packages, texts };
}
