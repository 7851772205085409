/** Paths of a {@link FileTree}: sort order, hidden files, and resolving relative paths. */

const isSurrogate = (unit: number) => (unit & 0xf800) === 0xd800;

/**
 * Compares two strings by Unicode code point, as Python does: "0", "00", "1", "10", "2". JavaScript's default order
 * compares UTF-16 units and so puts U+10000 before U+E000.
 */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i), y = b.charCodeAt(i);
    if (x === y) continue;
    return isSurrogate(x) !== isSurrogate(y) ? (isSurrogate(x) ? 1 : -1) : x - y;
  }
  return a.length - b.length;
}

/** Folders and files that systems add to other people's data: macOS, Synology, Windows, QNAP, Linux. */
const SYSTEM = new Set([
  "__macosx",
  "@eadir",
  "#recycle",
  "$recycle.bin",
  "system volume information",
  "lost+found",
  "thumbs.db",
  "desktop.ini",
]);

/** True if a component of `path` starts with a dot (such as `._x.jpg`) or is one that systems add to data. */
export function isHidden(path: string): boolean {
  return path.split("/").some((part) => part.startsWith(".") || SYSTEM.has(part.toLowerCase()));
}

/** A class as the name of a folder. */
export function folderNamed(className: string): string {
  return className.replaceAll(/[\\/:]/g, "_").replace(/^\.+/, "_");
}

/** The folder of `path`, "" at the top. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** `path` below `folder`; "" names the top. */
export function join(folder: string, path: string): string {
  return folder === "" ? path : `${folder}/${path}`;
}

/**
 * Resolves `relative` from `folder`, both separated by "/" ("\" is accepted too). Returns undefined if it is absolute
 * or climbs above the top.
 */
export function resolveInside(folder: string, relative: string): string | undefined {
  const text = relative.replaceAll("\\", "/");
  if (text.startsWith("/") || /^[a-z]:/i.test(text)) return undefined;
  const parts = folder === "" ? [] : folder.split("/");
  for (const part of text.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join("/");
}

/** The last component of `path`. */
export function baseOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** `path` without the ending of its last component. */
export function stemOf(path: string): string {
  const dot = path.lastIndexOf(".");
  return dot > path.lastIndexOf("/") + 1 ? path.slice(0, dot) : path;
}

/**
 * The way from a folder to a file, both relative to the same place or both absolute; undefined if they are not, or one
 * climbs.
 */
export function relativePath(folder: string, path: string): string | undefined {
  if (folder.startsWith("/") !== path.startsWith("/")) return undefined;
  const [from, to] = [folder, path].map((text) =>
    text.split("/").filter((part) => part !== "" && part !== ".")
  );
  if (from.includes("..") || to.includes("..")) return undefined;
  let shared = 0;
  while (shared < Math.min(from.length, to.length - 1) && from[shared] === to[shared]) shared++;
  return [...from.slice(shared).map(() => ".."), ...to.slice(shared)].join("/");
}
