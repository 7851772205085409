/** What Deno can find out about NVIDIA's driver: whether all is there that its Vulkan library needs. */
import type { NvidiaDriver } from "../setup/machine.ts";

/** Where libglvnd searches for the file that tells it about an EGL library. */
const EGL_FOLDERS = ["/etc/glvnd/egl_vendor.d", "/usr/share/glvnd/egl_vendor.d"];
const CARDS = "/proc/driver/nvidia/gpus";
/** Libraries are read for the version of glibc that they ask for; they have a few MB. */
const MOST_BYTES = 2 ** 26;

/** The driver as far as it is in these folders of libraries; undefined where neither a card nor a library is. */
export function nvidiaDriver(libraries: readonly string[]): NvidiaDriver | undefined {
  const find = (name: string) => libraries.map((folder) => `${folder}/${name}`).find(exists);
  const library = find("libGLX_nvidia.so.0"), models = cardModels();
  if (library === undefined && models.length === 0) return undefined;
  const needed = library && newest(bytesOf(library), /GLIBC_(\d+\.\d+)/g);
  const libc = find("libc.so.6");
  const had = libc && newest(bytesOf(libc), /GNU C Library [^\n]*version (\d+\.\d+)/g);
  return {
    models,
    hasEglFile: EGL_FOLDERS.some((folder) => exists(`${folder}/10_nvidia.json`)),
    hasXext: find("libXext.so.6") !== undefined,
    glibc: needed && had ? { needed, had } : undefined,
  };
}

/** Names of the cards, which only a process with all permissions may read. */
function cardModels(): string[] {
  try {
    return [...Deno.readDirSync(CARDS)].map(({ name }) => {
      const text = Deno.readTextFileSync(`${CARDS}/${name}/information`);
      return /^Model:\s*(.*)$/m.exec(text)?.[1] ?? "unknown";
    }).sort();
  } catch {
    return [];
  }
}

/** The highest version that a pattern finds; undefined if it finds none. */
function newest(bytes: Uint8Array, pattern: RegExp): string | undefined {
  const versions = [...new TextDecoder("latin1").decode(bytes).matchAll(pattern)].map(([, version]) =>
    version
  );
  return versions.sort(compareVersions).at(-1);
}

function compareVersions(one: string, other: string): number {
  const [a, b] = [one, other].map((text) => text.split(".").map(Number));
  return a[0] - b[0] || a[1] - b[1];
}

function bytesOf(path: string): Uint8Array {
  try {
    return Deno.statSync(path).size > MOST_BYTES ? new Uint8Array() : Deno.readFileSync(path);
  } catch {
    return new Uint8Array();
  }
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path) !== undefined;
  } catch {
    return false;
  }
}
