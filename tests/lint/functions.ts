/** The rule that a function fits on a screen. Deno's linter parses, so that no other parser is needed. */

import { lineAt, type SourceFile } from "./source.ts";

const MOST_LINES = 60;
const UNNAMED = "a function";

/** A function as it stands in a file: declared, an arrow, a method, an accessor; what is nested in it counts. */
export interface FunctionLines {
  readonly name: string;
  /** The line, from 1, that it starts on. */
  readonly line: number;
  /** Up to and with its closing brace; blank lines and comments count. */
  readonly lines: number;
}

type FunctionNode =
  | Deno.lint.FunctionDeclaration
  | Deno.lint.FunctionExpression
  | Deno.lint.ArrowFunctionExpression;

/** Every function of `file`, in the order in which they start. */
export function functionsOf({ path, text }: SourceFile): FunctionLines[] {
  const found: FunctionLines[] = [];
  const visit = (node: FunctionNode) => {
    const { owner, name } = named(node);
    const [start, end] = [owner.range[0], node.range[1]].map((offset) => lineAt(text, offset));
    found.push({ name, line: start, lines: end - start + 1 });
  };
  const rule = {
    create: () => ({ FunctionDeclaration: visit, FunctionExpression: visit, ArrowFunctionExpression: visit }),
  };
  Deno.lint.runPlugin({ name: "house", rules: { functions: rule } }, path, text);
  return found.sort((a, b) => a.line - b.line);
}

/** A function that is too long to read. */
export function functionFaults(file: SourceFile): string[] {
  return functionsOf(file).filter(({ lines }) => lines > MOST_LINES).map(({ name, line, lines }) =>
    `${file.path}:${line} ${name} has ${lines} lines: split it by meaning, at most ${MOST_LINES}`
  );
}

/** What names a function, and the node that it starts with: its own declaration, a variable, or a key. */
function named(node: FunctionNode): { owner: { range: [number, number] }; name: string } {
  const { parent } = node;
  if (node.type !== "ArrowFunctionExpression" && node.id) return { owner: node, name: node.id.name };
  if (parent.type === "VariableDeclarator") return { owner: parent, name: nameOf(parent.id) };
  if (
    parent.type === "Property" || parent.type === "MethodDefinition" || parent.type === "PropertyDefinition"
  ) {
    return { owner: parent, name: nameOf(parent.key) };
  }
  return { owner: node, name: UNNAMED };
}

function nameOf(node: Deno.lint.Node): string {
  return node.type === "Identifier" || node.type === "PrivateIdentifier" ? node.name : UNNAMED;
}
