/** The artifacts of a Weights & Biases server: versions, their files by content, and what was asked in which order. */
import { assert, assertEquals } from "@std/assert";
import { md5 } from "../../../src/base/md5.ts";

/** A version of an artifact. */
export interface Version {
  readonly id: string;
  readonly collection: string;
  readonly type: string;
  readonly run: string;
  readonly digest: string;
  readonly client: string;
  readonly metadata: Record<string, unknown>;
  aliases: string[];
  state: "PENDING" | "COMMITTED";
  /** The manifest that was announced, and the one that was put. */
  announced?: string;
  manifest?: Uint8Array;
}

interface Manifest {
  readonly contents: Record<string, { digest: string; size: number; birthArtifactID: string }>;
}

// deno-lint-ignore no-explicit-any -- what GraphQL carries
type Variables = any;

/** All versions and files. */
export class Artifacts {
  readonly versions: Version[] = [];
  /** By MD5: the file, and the version that brought it. */
  readonly files = new Map<string, { readonly bytes: Uint8Array; readonly birth: string }>();
  /** What was asked: create, manifest, files, put, manifest+, put manifest, commit. */
  readonly log: string[] = [];

  constructor(readonly address: () => string) {}

  /** The versions that are whole, by the name that the run gave their file. */
  committed(): Map<string, Version> {
    const whole = this.versions.filter(({ state }) => state === "COMMITTED");
    return new Map(whole.map((version) => [version.metadata.original_filename as string, version]));
  }

  /** The file of a version. */
  fileOf({ manifest }: Version): Uint8Array {
    const { contents }: Manifest = JSON.parse(new TextDecoder().decode(manifest));
    assertEquals(Object.keys(contents), ["model.safetensors"]);
    const { digest, size, birthArtifactID } = contents["model.safetensors"], file = this.files.get(digest)!;
    assertEquals([size, birthArtifactID], [file.bytes.length, file.birth]);
    return file.bytes;
  }

  graphql(query: string, variables: Variables): object {
    const name = /^mutation (\w+)/.exec(query)![1];
    if (name === "CreateArtifact") return this.#create(variables.input);
    if (name === "CreateArtifactManifest") return this.#createManifest(variables);
    if (name === "CreateArtifactFiles") return this.#createFiles(variables.input);
    assertEquals(name, "CommitArtifact");
    return this.#commit(variables.artifactID);
  }

  /** Takes what is put to an address of an artifact: its id, and its file's MD5 or "manifest". */
  put(id: string, what: string, bytes: Uint8Array): void {
    const version = this.#version(id), digest = md5(bytes).toBase64();
    if (what === "manifest") {
      this.log.push("put manifest");
      assertEquals(digest, version.announced);
      version.manifest = bytes;
    } else {
      this.log.push("put");
      assertEquals(digest, what);
      this.files.set(digest, { bytes, birth: id });
    }
  }

  #version(id: string): Version {
    return this.versions.find((version) => version.id === id)!;
  }

  #create(input: Variables): object {
    this.log.push("create");
    const aliases = input.aliases.map(({ artifactCollectionName, alias }: Variables) => {
      assertEquals(artifactCollectionName, input.artifactCollectionName);
      return alias;
    });
    assertEquals([input.entityName, input.projectName, input.digestAlgorithm, input.clientID.length], [
      "me",
      "classifier-training",
      "MANIFEST_MD5",
      128,
    ]);
    const isSame = ({ client, digest, state }: Version) =>
      client === input.clientID ||
      input.enableDigestDeduplication && digest === input.digest && state === "COMMITTED";
    const latest = this.versions.findLast(({ state }) => state === "COMMITTED");
    const version: Version = this.versions.find(isSame) ?? {
      id: `v${this.versions.length}`,
      collection: input.artifactCollectionName,
      type: input.artifactTypeName,
      run: input.runName,
      digest: input.digest,
      client: input.clientID,
      metadata: JSON.parse(input.metadata),
      aliases,
      state: "PENDING",
    };
    if (!this.versions.includes(version)) this.versions.push(version);
    const artifactSequence = { latestArtifact: latest ? { id: latest.id } : null };
    return { createArtifact: { artifact: { id: version.id, state: version.state, artifactSequence } } };
  }

  #createManifest({ artifactID, name, digest, type, includeUpload }: Variables): object {
    this.log.push(includeUpload ? "manifest+" : "manifest");
    assertEquals([name, type, digest === ""], ["wandb_manifest.json", "FULL", !includeUpload]);
    const version = this.#version(artifactID);
    if (includeUpload) version.announced = digest;
    const file = includeUpload ? this.#target(artifactID, "manifest") : {};
    return { createArtifactManifest: { artifactManifest: { id: `m${artifactID}`, file } } };
  }

  #createFiles({ artifactFiles, storageLayout }: Variables): object {
    this.log.push("files");
    assertEquals(storageLayout, "V2");
    const edges = artifactFiles.map(({ artifactID, artifactManifestID, md5 }: Variables) => {
      assertEquals(artifactManifestID, `m${artifactID}`);
      const known = this.files.get(md5);
      const target = known ? { uploadUrl: null, uploadHeaders: null } : this.#target(artifactID, md5);
      return { node: { ...target, artifact: { id: known?.birth ?? artifactID } } };
    });
    return { createArtifactFiles: { files: { edges } } };
  }

  #target(id: string, what: string) {
    const name = encodeURIComponent(`artifact ${id} ${what}`);
    return { uploadUrl: `${this.address()}/upload/${name}`, uploadHeaders: ["x-test: a:b"] };
  }

  #commit(id: string): object {
    this.log.push("commit");
    const version = this.#version(id);
    assert(version.manifest, "the manifest is missing");
    this.fileOf(version);
    for (const other of this.versions) {
      if (other !== version) {
        other.aliases = other.aliases.filter((alias) => !version.aliases.includes(alias));
      }
    }
    version.state = "COMMITTED";
    return { commitArtifact: { artifact: { id } } };
  }
}
