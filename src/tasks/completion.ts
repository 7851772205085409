/** `completion`: shell scripts that complete tasks, flags, groups, options, keys and values. */

import { ConfigError } from "../base/errors.ts";
import { type KeyRow, keysToFollow, SearchPath } from "../config/mod.ts";
import type { Host } from "../setup/host.ts";
import { flags } from "../launch/command_line.ts";
import { type Flags, HELP } from "../launch/flags.ts";
import { parseArguments, usageLine } from "../launch/usage.ts";
import { configuredTasks, lookingTasks } from "./configured.ts";
import { SHELLS, usages } from "./usages.ts";

/** The parts of the host that completion needs. */
export type CompletionHost = Pick<Host, "configFiles" | "print" | "program">;

const TASKS = [...Object.keys(configuredTasks), ...Object.keys(lookingTasks), ...Object.keys(usages)];

/** The script for each shell; all call `completion -- WORDS` for the words that may come next. */
const scripts: Readonly<Record<typeof SHELLS[number], (program: Program) => string>> = {
  bash: ({ call, name, words }) =>
    String.raw`# In ~/.bashrc, or for this shell:  source <(${call} completion bash)
_wgrad_complete() {
  local line="${"$"}{COMP_LINE:0:COMP_POINT}" words
  read -ra words <<< "$line"
  [[ "$line" == *" " ]] && words+=("")
  [[ ${words > 1 ? '"${words[1]}" == task && ' : ""}${"$"}{#words[@]} -gt ${words} ]] || return
  # "=" parts words in bash, so what stands before it is not said again.
  local current="${"$"}{words[-1]}"
  local said="${"$"}{current%"${"$"}{current##*=}"}"
  mapfile -t COMPREPLY < <(${call} completion -- "${"$"}{words[@]:${words}}" 2>/dev/null)
  COMPREPLY=("${"$"}{COMPREPLY[@]#"$said"}")
  [[ "${"$"}{COMPREPLY[0]}" == *[=.] ]] && compopt -o nospace
}
complete -o default -F _wgrad_complete ${name}`,
  zsh: ({ call, name, words }) =>
    String.raw`# In ~/.zshrc behind compinit, or for this shell:  source <(${call} completion zsh)
_wgrad_complete() {
  [[ ${words > 1 ? '"${words[2]}" == task && ' : ""}CURRENT -gt ${words} ]] || { _default; return }
  local -a found
  found=("${"$"}{(@f)$(${call} completion -- "${"$"}{(@)words[${words + 1},CURRENT]}" 2>/dev/null)}")
  compadd -S '' -- "${"$"}{found[@]}"
}
compdef _wgrad_complete ${name}`,
  fish: ({ call, name, words }) =>
    String
      .raw`# In ~/.config/fish/completions/${name}.fish, or for this shell:  ${call} completion fish | source
${
      words > 1
        ? 'complete -C "deno " > /dev/null # Deno\'s own completions, which take away what is there before\n'
        : ""
    }function __wgrad_complete
    set -l words (commandline -opc) (commandline -ct)
    ${call} completion -- $words[${words + 1}..-1] 2>/dev/null
end
complete -c ${name} ${words > 1 ? "-n '__fish_seen_subcommand_from task' " : ""}-f -a '(__wgrad_complete)'`,
};

/** How the shell knows the program: its name, the words before a task, and how it is called without a word of its own. */
interface Program {
  readonly name: string;
  readonly words: number;
  readonly call: string;
}

const programs: Readonly<Record<Host["program"], Program>> = {
  "deno task": { name: "deno", words: 2, call: "deno task -q" },
  "wgrad": { name: "wgrad", words: 1, call: "wgrad" },
};

/** Prints a shell's script or, after `--`, the possible replacements for the last word. */
export function completion(host: CompletionHost, args: readonly string[]): number {
  if (args[0] === "--") {
    complete(host, args.slice(1)).forEach((line) => host.print(line));
    return 0;
  }
  const { others: [name = ""] } = parseArguments(args, usages.completion);
  const shell = SHELLS.find((known) => known === name);
  if (shell === undefined) {
    throw new ConfigError(
      `Cannot complete for "${name}": unknown shell; Usage: ${usageLine(usages.completion)}`,
    );
  }
  host.print(scripts[shell](programs[host.program]));
  return 0;
}

/** The possible replacements for the last of `words`; the first word is the task. */
export function complete({ configFiles }: Pick<Host, "configFiles">, words: readonly string[]): string[] {
  const [name = ""] = words, current = words.at(-1) ?? "", before = words.at(-2) ?? "";
  if (words.length <= 1) return startingWith(TASKS, current);
  const isPlain = Object.hasOwn(usages, name);
  const task = configuredTasks[name] ?? lookingTasks[name];
  if (!isPlain && task === undefined) return [];
  const all: Flags = isPlain
    ? { ...usages[name as keyof typeof usages].flags, ...HELP }
    : { ...task.flags, ...flags };
  const search = new SearchPath([{ provider: "main", files: configFiles }]);
  const flag = Object.entries(all).find(([name, one]) =>
    before === `--${name}` || before === `-${one.short}`
  );
  const named = flag?.[1];
  if (named?.choices) return startingWith(named.choices, current);
  if (flag?.[0] === "config-name") return startingWith(search.options(""), current);
  if (named?.value !== undefined) return [];
  if (current.startsWith("-")) return startingWith(Object.keys(all).map((name) => `--${name}`), current);
  if (isPlain) return name === "completion" ? startingWith(SHELLS, current) : [];
  const prefix = /^(?:\+\+?|~)?/.exec(current)![0];
  const given = words.slice(1, -1).filter((word) => /^[^-].*=/.test(word));
  const keys = keysToFollow(configFiles, given);
  return overrides(search, keys, current.slice(prefix.length)).map((word) => prefix + word);
}

function overrides(search: SearchPath, rows: readonly KeyRow[], text: string): string[] {
  const equals = text.indexOf("=");
  if (equals < 0) {
    const groups = search.groups().map((group) => `${group}=`);
    return startingWith([...new Set([...groups, ...rows.map(({ key }) => nextPart(key, text))])], text);
  }
  const key = text.slice(0, equals);
  const values = search.isGroup(key)
    ? search.options(key)
    : valuesOf(rows.find((row) => row.key === key)?.type ?? "");
  return startingWith(values.map((value) => `${key}=${value}`), text);
}

/** A key up to the dot after what is typed: `trainer.`, then `trainer.max_epochs=`. */
function nextPart(key: string, typed: string): string {
  const dot = key.indexOf(".", typed.length);
  return dot < 0 ? `${key}=` : key.slice(0, dot + 1);
}

/** The values in a type's name: "debug | info". */
function valuesOf(type: string): string[] {
  return type.split(" | ").filter((value) =>
    /^(?!(?:text|integer|number|map|list|any)\b)[\w-]+$/.test(value)
  );
}

function startingWith(words: readonly string[], start: string): string[] {
  return words.filter((word) => word.startsWith(start));
}
