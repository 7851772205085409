/** Whether this machine decodes a JPEG to the right colours. */
import { largest } from "../../base/lists.ts";
import { firstLineOf } from "../../base/errors.ts";
import type { Picture } from "../../data/types.ts";
import type { PictureHost } from "../../setup/host.ts";
import type { Finding, Section } from "./report.ts";

/** A JPEG of 16 x 8 pixels: LEFT, then RIGHT from the middle on. */
const JPEG =
  "/9j/2wBDAAIBAQEBAQIBAQECAgICAgQDAgICAgUEBAMEBgUGBgYFBgYGBwkIBgcJBwYGCAsICQoKCgoKBggLDAsKDAkKCgr/" +
  "2wBDAQICAgICAgUDAwUKBwYHCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgr/wAARCAAIABADARE" +
  "AAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAABQj/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/8QAFQEBAQAAAAAAAAAAAAAAAAAACQf/xAAUEQEA" +
  "AAAAAAAAAAAAAAAAAAAA/9oADAMBAAIRAxEAPwCZ07JwHLwA9//Z";
const LEFT = [200, 40, 60], RIGHT = [20, 90, 220];
/** Tolerance in levels: rounding, and the chroma of a neighbour. */
const TOLERANCE = 6;

/** What decodes JPEGs, the result of the check, and the fault if there is one. */
export async function checkPictures(
  { decode, jpegDecoder }: Pick<PictureHost, "decode" | "jpegDecoder">,
): Promise<Pick<Section, "facts"> & { readonly findings: readonly Finding[] }> {
  const cure = "run `./setup.sh`, which installs the npm package sharp, and allow it with --allow-ffi";
  const fault = (problem: string) => ({
    facts: [["JPEG", "failed"] as const],
    findings: [{ kind: "fault", problem, cure } as const],
  });
  let picture: Picture;
  try {
    picture = await decode(Uint8Array.from(atob(JPEG), (char) => char.charCodeAt(0)));
  } catch (error) {
    return fault(`A JPEG does not decode: ${firstLineOf(error)}`);
  }
  if (picture.width !== 16 || picture.height !== 8) {
    return fault(`A JPEG of 16 x 8 pixels decodes to ${picture.width} x ${picture.height}`);
  }
  const worst = Math.max(deviation(picture, 3, LEFT), deviation(picture, 12, RIGHT));
  if (worst > TOLERANCE) return fault(`A JPEG decodes to wrong values: up to ${worst} levels off`);
  const { name, faster } = jpegDecoder();
  return {
    facts: [["JPEG", `decoded by ${name}, each value within ${worst} of 255 levels`]],
    findings: faster === undefined
      ? []
      : [{ kind: "note", problem: `${name} decodes JPEGs`, cure: `twice as fast is ${faster}` }],
  };
}

/** The distance of the pixel at column `x` of the middle row from `colour`. */
function deviation({ width, data }: Picture, x: number, colour: readonly number[]): number {
  return largest(colour.map((value, c) => Math.abs(data[3 * (4 * width + x) + c] - value)));
}
