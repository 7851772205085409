/** Parts of the page that are loaded when they are first needed. */
import { UnreachableError } from "../../src/base/errors.ts";

/** A part, once it is loaded. @throws UnreachableError if its file cannot be had */
export async function part<Module>(loading: Promise<Module>): Promise<Module> {
  try {
    return await loading;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // which is what browsers say of a file that they cannot have
    throw new UnreachableError(
      "Cannot load a part of the page: its server does not answer; once it does, reload the page",
      { cause: error },
    );
  }
}
