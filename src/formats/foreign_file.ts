/** Names files that take the place of weights, such as what a failed download leaves, and says what to do. */

/** A kind of file by how it starts: as text of one character per byte, and where. */
interface Kind {
  readonly start: RegExp | string;
  readonly at?: number;
  readonly what: string;
}

const UNPACK = "unpack it, and give the file inside";
const CONVERT = "save it with torch.save or as safetensors";

const kinds: readonly Kind[] = [
  {
    start: "version https://git-lfs",
    what: "it is a Git LFS pointer, not the file itself; run `git lfs pull` in its repository",
  },
  {
    start: /^\/annex\/objects\//,
    what: "it is a git-annex pointer, not the file itself; run `git annex get`",
  },
  {
    start: /^(\xef\xbb\xbf)?\s*<(!doctype|html|head|body|\?xml|!--)/i,
    what: "it is an HTML or XML page, as servers send in place of a file; download the file itself",
  },
  { start: "\x93NUMPY", what: `it is a NumPy array; ${CONVERT}` },
  { start: /^[^\x80][^]*cnumpy\./, what: `it is a pickle of NumPy arrays; ${CONVERT}` },
  { start: "\x89HDF\r\n", what: `it is an HDF5 file, as Keras writes; ${CONVERT}` },
  { start: "GGUF", what: `it is a GGUF file; ${CONVERT}` },
  { start: "TFL3", at: 4, what: "it is a TensorFlow Lite model; export it as ONNX" },
  { start: "\x1f\x8b", what: `it is compressed by gzip; ${UNPACK}` },
  { start: "BZh", what: `it is compressed by bzip2; ${UNPACK}` },
  { start: "\xfd7zXZ", what: `it is compressed by xz; ${UNPACK}` },
  { start: "\x28\xb5\x2f\xfd", what: `it is compressed by zstd; ${UNPACK}` },
  { start: "7z\xbc\xaf", what: `it is a 7z archive; ${UNPACK}` },
  { start: "ustar", at: 257, what: `it is a tar archive; ${UNPACK}` },
  {
    start: /^\s*[{[]/,
    what: "it is JSON, such as a configuration or an index; give the file of weights itself",
  },
];

/** What a file with these first bytes is and what to do, as the end of a message; undefined if it is none of these. */
export function foreignFile(head: Uint8Array): string | undefined {
  if (head.length === 0) return "the file is empty; copy or download it again";
  if (head.length >= 8 && head.every((byte) => byte === 0)) {
    return "it begins with zeros, as an unfinished download does; copy or download it again";
  }
  const text = String.fromCharCode(...head);
  return kinds.find(({ start, at = 0 }) =>
    typeof start === "string" ? text.startsWith(start, at) : start.test(text)
  )?.what;
}
