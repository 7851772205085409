/**
 * The device files of GPUs that this process may use. Deno opens nothing below /dev unless all is allowed, so the C
 * library does: what a container or Slurm keeps from this process does not open, even where it is listed.
 */

/** How many of each are looked for. */
const MOST = 64;
const RDWR_CLOEXEC = 0o2 | 0o2000000;

/** Those of Linux, such as /dev/dri/renderD128 and /dev/nvidia0; empty elsewhere. */
export function usableGpuFiles(): readonly string[] {
  if (Deno.build.os !== "linux") return [];
  const { open, close } = Deno.dlopen("libc.so.6", {
    open: { parameters: ["buffer", "i32"], result: "i32" },
    close: { parameters: ["i32"], result: "i32" },
  }).symbols;
  const paths = Array.from({ length: MOST }, (_, i) => [`/dev/dri/renderD${128 + i}`, `/dev/nvidia${i}`])
    .flat();
  return paths.filter((path) => {
    const file = open(new TextEncoder().encode(`${path}\0`), RDWR_CLOEXEC);
    return file >= 0 && close(file) === 0;
  });
}
