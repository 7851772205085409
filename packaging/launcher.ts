/** The executables at the top of the portable folder, which start Deno with the permissions that each task has in deno.json. */

/** The tasks of deno.json. */
export type Tasks = Readonly<Record<string, string | { readonly command: string }>>;

/** The permissions of each task of the command line, as deno.json has them, but for git, since the folder knows its commit. */
export function permissions(tasks: Tasks): Map<string, string> {
  const found = Object.entries(tasks).flatMap(([name, task]): [string, string][] => {
    const command = typeof task === "string" ? task : task.command;
    const [, flags] = / deno run (.*) src\/cli\.ts \S+$/.exec(command) ?? [];
    return flags === undefined ? [] : [[name, flags.replaceAll(/--config=\S+ | --allow-run=git/g, "")]];
  });
  return new Map(found);
}

/** What a word that is no task may do: Deno's own prompt never asks. */
const LEAST = "--no-prompt --allow-read --allow-env --allow-sys";

/** For sh. It is found through links, and works where the environment is empty. */
export function launcher(tasks: Tasks): string {
  const cases = [...permissions(tasks)].map(([name, flags]) => `  ${name}) allow="${flags}" ;;`);
  return `#!/bin/sh
# wgrad: trains image classifiers on any GPU. \`wgrad --help\` lists its tasks.
set -eu
self=$0
while [ -h "$self" ]; do
  target=$(readlink "$self")
  case $target in
  /*) self=$target ;;
  *) self=$(dirname "$self")/$target ;;
  esac
done
root=$(CDPATH='' cd -- "$(dirname -- "$self")" && pwd -P)
[ $# -gt 0 ] || set -- --help
case $1 in
${cases.join("\n")}
  *) allow="${LEAST}" ;;
esac
export DENO_NO_UPDATE_CHECK=1
# shellcheck disable=SC2086 # the permissions are words
exec "$root/bin/deno" run $allow --config "$root/deno.json" "$root/lib/cli.js" "$@"
`;
}

/** For Windows. */
export function windowsLauncher(tasks: Tasks): string {
  const cases = [...permissions(tasks)].map(([name, flags]) => `if "%~1"=="${name}" set "allow=${flags}"`);
  const lines = [
    "@echo off",
    "rem wgrad: trains image classifiers on any GPU. `wgrad --help` lists its tasks.",
    "setlocal",
    `set "allow=${LEAST}"`,
    ...cases,
    'set "DENO_NO_UPDATE_CHECK=1"',
    'set "task=%*"',
    'if "%~1"=="" set "task=--help"',
    '"%~dp0bin\\deno.exe" run %allow% --config "%~dp0deno.json" "%~dp0lib\\cli.js" %task%',
    "exit /b %errorlevel%",
    "",
  ];
  return lines.join("\r\n");
}
