/** Paths of files, as text. */
import { Fragment } from "preact";

/** The folders and the name of a path, each in the parts between which a line may end. */
export function pathParts(path: string): { readonly folders: string[]; readonly name: string[] } {
  const at = path.lastIndexOf("/") + 1;
  return {
    folders: path.slice(0, at).split(/(?<=[/_-])/),
    name: path.slice(at).split(/(?<=[_-])|(?=\.[^.]*$)/),
  };
}

/** A path; its name begins a new line rather than ends within its ending. */
export function Path({ path, title }: { path: string; title?: string }) {
  const { folders, name } = pathParts(path);
  return (
    <code class="path" title={title}>
      <Parts parts={folders} />
      <span>
        <Parts parts={name} />
      </span>
    </code>
  );
}

function Parts({ parts }: { parts: readonly string[] }) {
  return (
    <>
      {parts.map((part, at) => <Fragment key={at}>{at > 0 && <wbr />}{part}</Fragment>)}
    </>
  );
}
