/** The signals that ask a run to stop: Ctrl-C, a machine's end or preemption, a terminal or connection that closes. */

const SIGHUP = 1, SIG_IGN = 1n;

/**
 * Is aborted by the first SIGINT, SIGTERM or SIGHUP; the second ends the process at once. A process that was told to
 * survive SIGHUP, as by `nohup`, goes on surviving it.
 */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) {
      if (Deno.stdout.isTerminal()) console.log(); // leave the live line
      Deno.exit(130);
    }
    controller.abort();
  };
  const signals: Deno.Signal[] = ignoresHangUp() ? ["SIGINT", "SIGTERM"] : ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) Deno.addSignalListener(signal, stop);
  return controller.signal;
}

/** Whether SIGHUP is ignored. Only the C library tells; a listener would end it. */
function ignoresHangUp(): boolean {
  const library = { linux: "libc.so.6", darwin: "libSystem.dylib" }[Deno.build.os as string];
  if (library === undefined) return false;
  try {
    const { symbols } = Deno.dlopen(library, {
      sigaction: { parameters: ["i32", "pointer", "buffer"], result: "i32" },
    });
    const action = new BigUint64Array(32); // larger than any struct sigaction; the handler comes first
    return symbols.sigaction(SIGHUP, null, action) === 0 && action[0] === SIG_IGN;
  } catch {
    return false; // another C library, or no permission for FFI
  }
}
