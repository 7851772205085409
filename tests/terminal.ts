/** A real terminal for what a test starts, which Python's pty module makes. */

const name = Deno.env.get("PYTHON") ?? "python3";
const hasPty = await new Deno.Command(name, { args: ["-c", "import pty"], stderr: "null" }).output()
  .then(({ success }) => success, () => false);

/** The Python that makes terminals, or undefined without one. */
export const python = hasPty ? name : undefined;

/** Runs a command on a terminal of 90 columns; once `until` was written it sends Ctrl-C, or closes the terminal. */
const script = `
import fcntl, os, pty, signal, struct, sys, termios
until, act, *command = sys.argv[1:]
pid, fd = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 90, 0, 0))
seen = b""
while True:
    try:
        data = os.read(fd, 4096)
    except OSError:
        break
    if not data:
        break
    seen += data
    sys.stdout.buffer.write(data)
    if until and until.encode() in seen:
        if act == "close":
            os.close(fd)
            break
        os.write(fd, b"\\x03")
        until = ""
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

/** Runs a command of the project on a terminal. @returns its exit code and all that it wrote */
export async function onTerminal(
  command: readonly string[],
  { until = "", act = "interrupt", env = {} }: {
    until?: string;
    act?: "interrupt" | "close";
    env?: Record<string, string>;
  } = {},
): Promise<{ code: number; raw: string }> {
  const { code, stdout } = await new Deno.Command(python!, {
    args: ["-c", script, until, act, ...command],
    cwd: new URL("../", import.meta.url),
    env: { TERM: "xterm", ...env },
  }).output();
  return { code, raw: new TextDecoder().decode(stdout) };
}
