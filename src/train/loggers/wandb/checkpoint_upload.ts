/**
 * Uploads a checkpoint as a version of the artifact `model-RUN`, in the steps of the public client: the artifact, a
 * manifest without content, the file, the manifest with its content, the commit. Each step is done once, whatever
 * fails in between; the server identifies a version by its client id and a file by its MD5, so another process does
 * not repeat them either.
 */
import { type ByteSource, partsOf, wholeOf } from "../../../base/byte_source.ts";
import { Md5, md5 } from "../../../base/md5.ts";
import type { UploadTarget, WandbApi, WandbPlace } from "./api.ts";
import type { CheckpointRecord } from "./checkpoint_record.ts";

/** The name of the file within the artifact. */
const FILE = "model.safetensors", MANIFEST = "wandb_manifest.json";
/** Bytes of a file to read at a time for its digest. */
const CHUNK = 1 << 20;

const CREATE = `mutation CreateArtifact($input: CreateArtifactInput!) { createArtifact(input: $input) { ` +
  `artifact { id state artifactSequence { latestArtifact { id } } } } }`;

const CREATE_MANIFEST = `mutation CreateArtifactManifest($artifactID: ID!, $baseArtifactID: ID, ` +
  `$name: String!, $digest: String!, $entityName: String!, $projectName: String!, $runName: String!, ` +
  `$type: ArtifactManifestType!, $includeUpload: Boolean!) { createArtifactManifest(input: {artifactID: ` +
  `$artifactID, baseArtifactID: $baseArtifactID, name: $name, digest: $digest, entityName: $entityName, ` +
  `projectName: $projectName, runName: $runName, type: $type}) { artifactManifest { id file { ` +
  `uploadUrl @include(if: $includeUpload) uploadHeaders @include(if: $includeUpload) } } } }`;

const CREATE_FILES = `mutation CreateArtifactFiles($input: CreateArtifactFilesInput!) { ` +
  `createArtifactFiles(input: $input) { files { edges { node { uploadUrl uploadHeaders artifact { id } } } } } }`;

const COMMIT =
  `mutation CommitArtifact($artifactID: ID!) { commitArtifact(input: {artifactID: $artifactID}) { ` +
  `artifact { id } } }`;

interface Artifact {
  readonly id: string;
  /** COMMITTED if the server has a version with the same content. */
  readonly state: string;
  readonly artifactSequence: { readonly latestArtifact: { readonly id: string } | null };
}

interface Manifest {
  readonly id: string;
  readonly file: Partial<UploadTarget>;
}

/** The upload of one checkpoint. Each request throws the errors of WandbApi. */
export class CheckpointUpload {
  #digest: string | undefined;
  #artifact: Artifact | undefined;
  #manifest: Manifest | undefined;
  /** The artifact with which the file was uploaded. */
  #birth: string | undefined;
  #isDescribed = false;

  constructor(
    readonly api: WandbApi,
    readonly place: WandbPlace,
    readonly record: CheckpointRecord,
    readonly source: ByteSource,
  ) {}

  /** Performs the remaining steps. */
  async run(): Promise<void> {
    const digest = this.#digest ??= await digestOf(this.source);
    const { id, state, artifactSequence: { latestArtifact } } = this.#artifact ??= await this.#create(digest);
    if (state === "COMMITTED") return;
    const base = latestArtifact?.id ?? null;
    const { id: manifestId } = this.#manifest ??= await this.#createManifest(id, base, "", false);
    const birthArtifactID = this.#birth ??= await this.#sendFile(id, manifestId, digest);
    if (!this.#isDescribed) {
      await this.#describe(id, base, { digest, birthArtifactID, size: this.source.size });
    }
    this.#isDescribed = true;
    await this.api.graphql(COMMIT, { artifactID: id });
  }

  async #create(digest: string): Promise<Artifact> {
    const { place: { entity, project, id }, record } = this, name = `model-${id}`;
    const { createArtifact } = await this.api.graphql(CREATE, {
      input: {
        entityName: entity,
        projectName: project,
        runName: id,
        artifactTypeName: "model",
        artifactCollectionName: name,
        digest: md5(`wandb-artifact-manifest-v1\n${FILE}:${digest}\n`).toHex(),
        digestAlgorithm: "MANIFEST_MD5",
        aliases: record.aliases.map((alias) => ({ artifactCollectionName: name, alias })),
        metadata: JSON.stringify(record.metadata),
        enableDigestDeduplication: true,
        clientID: record.clientId,
        sequenceClientID: record.sequenceClientId,
      },
    }) as { createArtifact: { artifact: Artifact } };
    return createArtifact.artifact;
  }

  async #createManifest(
    artifactID: string,
    baseArtifactID: string | null,
    digest: string,
    includeUpload: boolean,
  ): Promise<Manifest> {
    const { entity: entityName, project: projectName, id: runName } = this.place;
    const run = { entityName, projectName, runName };
    const { createArtifactManifest } = await this.api.graphql(CREATE_MANIFEST, {
      ...{ artifactID, baseArtifactID, name: MANIFEST, digest, ...run, type: "FULL", includeUpload },
    }) as { createArtifactManifest: { artifactManifest: Manifest } };
    return createArtifactManifest.artifactManifest;
  }

  /** Sends the file, unless the server has it. Returns the artifact with which it was uploaded. */
  async #sendFile(artifactID: string, artifactManifestID: string, digest: string): Promise<string> {
    const { createArtifactFiles } = await this.api.graphql(CREATE_FILES, {
      input: {
        artifactFiles: [{ artifactID, name: FILE, md5: digest, artifactManifestID }],
        storageLayout: "V2",
      },
    }) as {
      createArtifactFiles: { files: { edges: { node: UploadTarget & { artifact: { id: string } } }[] } };
    };
    const { node } = createArtifactFiles.files.edges[0];
    if (node.uploadUrl) {
      // In one piece: a stream would not announce its length, without which storage servers reject it.
      await this.api.put(node, await wholeOf(this.source));
    }
    return node.artifact.id;
  }

  /** Sends the manifest, which lists the contents of the artifact. */
  async #describe(artifactID: string, base: string | null, entry: object): Promise<void> {
    const text = JSON.stringify({
      version: 1,
      storagePolicy: "wandb-storage-policy",
      storagePolicyConfig: { storageLayout: "V2" },
      contents: { [FILE]: entry },
    });
    const { file } = await this.#createManifest(artifactID, base, md5(text).toBase64(), true);
    await this.api.put(file, new TextEncoder().encode(text));
  }
}

/** The MD5 of a file in base 64, read in parts. */
async function digestOf(source: ByteSource): Promise<string> {
  const digest = new Md5();
  for await (const part of partsOf(source, CHUNK)) digest.update(part);
  return digest.digest().toBase64();
}
