/** Archives that Python writes, in all of tarfile's formats, against what Python reads in them. */
import { assertEquals } from "@std/assert";
import { sha256 } from "../../../../src/base/sha256.ts";
import { QUIET } from "../../../../src/host/deno_archives.ts";
import { openTree } from "../../../../src/host/deno_files.ts";
import { pythonTest, runPython } from "../../../python.ts";
import { withFolder } from "../../helpers.ts";

/** Writes random archives into a folder and prints, for each, its files with their SHA-256, and its faults. */
const WRITE = `
import hashlib, io, json, os, random, sys, tarfile, zipfile
folder, seed = sys.argv[1], int(sys.argv[2])
rng = random.Random(seed)
def part():
    letters = rng.choice(["abc XYZ(1)", "äöü ß", "фото", "日本", "\\U0001f600x", "a.b-c_"])
    return "".join(rng.choice(letters) for _ in range(rng.choice([1, 5, 30, 90]))).strip(" .") or "x"
def path(): return "/".join(part() for _ in range(rng.choice([1, 2, 3, 6]))) + ".bin"
def content(): return rng.randbytes(rng.choice([0, 1, 511, 512, 513, 3000, 70000]))
def digest(data): return hashlib.sha256(data).hexdigest()
def write_tar(name, mode, form):
    with tarfile.open(name, mode, format=form, encoding="utf-8") as tar:
        for _ in range(rng.randrange(12)):
            info = tarfile.TarInfo(path())
            info.mtime, info.uname = rng.random() * 2e9, rng.choice(["", "Jürgen", "n" * 25])
            kind = rng.choice(["file"] * 6 + ["hard", "soft", "folder", "pipe", "device"])
            files = [m for m in tar.getmembers() if m.isreg()]
            data = content()
            if kind == "file": info.size = len(data)
            elif kind == "hard" and files: info.type, info.linkname = tarfile.LNKTYPE, rng.choice(files).name
            elif kind == "soft": info.type, info.linkname = tarfile.SYMTYPE, path()
            elif kind == "folder": info.type = tarfile.DIRTYPE
            elif kind == "pipe": info.type = tarfile.FIFOTYPE
            else: info.type = tarfile.CHRTYPE
            try: tar.addfile(info, io.BytesIO(data) if info.isreg() else None)
            except ValueError: pass  # ustar has no room for the name
def read_tar(name):
    files, faults = {}, set()
    with tarfile.open(name) as tar:
        for member in tar.getmembers():
            if member.isdir(): continue
            files.pop(member.name, None); faults.discard(member.name)
            if member.isreg() or member.islnk(): files[member.name] = digest(tar.extractfile(member).read())
            else: faults.add(member.name)
    return files, sorted(faults)
def write_zip(name):
    with zipfile.ZipFile(name, "w") as zip:
        for _ in range(rng.randrange(12)):
            method = rng.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
            zip.writestr(path(), content(), method)
    if rng.random() < 0.5:
        data = open(name, "rb").read()
        open(name, "wb").write(rng.randbytes(rng.choice([7, 100, 80000])) + data)
def read_zip(name):
    with zipfile.ZipFile(name) as zip: return {n: digest(zip.read(n)) for n in zip.namelist()}, []
found = {}
for number in range(60):
    form = rng.choice([tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
    kind = rng.choice(["tar", "tar.gz", "zip"])
    name = f"{number}.{kind}"
    at = os.path.join(folder, name)
    if kind == "zip": write_zip(at); files, faults = read_zip(at)
    else: write_tar(at, "w:gz" if kind == "tar.gz" else "w", form); files, faults = read_tar(at)
    found[name] = {"files": files, "faults": faults}
print(json.dumps(found))
`;

interface Found {
  readonly files: Record<string, string>;
  readonly faults: readonly string[];
}

pythonTest(
  "openTree() finds in random archives what Python finds in them",
  ["tarfile", "zipfile"],
  () =>
    withFolder(async (folder) => {
      const seed = Math.floor(Math.random() * 1e6);
      const expected: Record<string, Found> = JSON.parse(await runPython(WRITE, [folder, String(seed)]));
      const unpacking = { ...QUIET, folder: `${folder}/cache` };
      for (const [name, { files, faults }] of Object.entries(expected)) {
        // A .tar without entries is zeros, which could be anything.
        if (Object.keys(files).length + faults.length === 0) continue;
        const tree = await openTree(`${folder}/${name}`, "", unpacking), seen: Record<string, string> = {};
        for (const path of await tree.paths()) seen[path] = (await sha256(await tree.read(path))).toHex();
        const what = `${name}, seed ${seed}`;
        assertEquals(seen, files, what);
        assertEquals((await tree.faults!()).map(({ path }) => path).sort(), [...faults].sort(), what);
      }
    }),
);
