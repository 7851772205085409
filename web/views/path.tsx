/** Paths of files, as text. */
import { Fragment } from "preact";

/** The parts of a path between which a line may end: after folders and words, and ahead of the ending. */
export function pathParts(path: string): string[] {
  return path.split(/(?<=[/_-])|(?=\.[^./]*$)/);
}

/** A path; where it is too long for a line, it goes on after a folder or a word rather than within its ending. */
export function Path({ path, title }: { path: string; title?: string }) {
  return (
    <code title={title}>
      {pathParts(path).map((part, at) => <Fragment key={at}>{at > 0 && <wbr />}{part}</Fragment>)}
    </code>
  );
}
