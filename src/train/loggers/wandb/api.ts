/**
 * The HTTP API of Weights & Biases, as its public client uses it: GraphQL to open a run and to get upload addresses,
 * and a file stream whose lines have offsets, so that lines sent twice are stored once.
 */

/** A server and the credentials for it. */
export interface WandbServer {
  /** Such as https://api.wandb.ai, without a trailing slash. */
  readonly baseUrl: string;
  readonly apiKey: string;
  /** A request that takes longer is aborted and retried. */
  readonly timeoutMs?: number;
}

/** The description of a run that opens it on the server. */
export interface WandbRun {
  /** Identifies the run within its project. */
  readonly id: string;
  readonly project: string;
  readonly entity: string | null;
  readonly name: string;
  readonly group: string | null;
  readonly tags: readonly string[];
  /** Text about the run; absent in the files of older runs. */
  readonly notes?: string | null;
  /** Values by key: `{ seed: { value: 42 } }`. */
  readonly config: object;
}

/** The location of a run on a server. */
export interface WandbPlace {
  readonly entity: string;
  readonly project: string;
  readonly id: string;
}

/** Where and how to upload a file. */
export interface UploadTarget {
  /** null if the server already has the file. */
  readonly uploadUrl: string | null;
  /** Such as "Content-Type: image/png". */
  readonly uploadHeaders: readonly string[] | null;
}

/** The contents of one request to the file stream. */
export interface StreamRequest {
  readonly files?: Readonly<Record<string, { readonly offset: number; readonly content: readonly string[] }>>;
  /** Files that have been uploaded separately. */
  readonly uploaded?: readonly string[];
  readonly complete?: boolean;
  readonly exitcode?: number;
}

/** The server will never accept this: wrong key, no permission, no such project. */
export class RefusedError extends Error {
  override name = "RefusedError";
}

/** The server did not accept it now but may later. */
export class UnavailableError extends Error {
  override name = "UnavailableError";
  constructor(message: string, readonly retryAfterMs = 0) {
    super(message);
  }
}

/** Minimum upload rate in bytes per second; slower uploads are aborted. */
const SLOWEST = 250_000;

const REFUSALS = [400, 401, 403, 404, 409, 410];

const UPSERT =
  `mutation UpsertBucket($name: String, $project: String, $entity: String, $groupName: String, ` +
  `$displayName: String, $config: JSONString, $tags: [String!], $notes: String) { upsertBucket(input: {name: $name, ` +
  `modelName: $project, entityName: $entity, groupName: $groupName, displayName: $displayName, config: $config, ` +
  `tags: $tags, notes: $notes}) { bucket { id name displayName project { name entity { name } } } inserted } }`;

const CREATE_FILES = `mutation CreateRunFiles($entity: String!, $project: String!, $run: String!, ` +
  `$files: [String!]!) { createRunFiles(input: {entityName: $entity, projectName: $project, runName: $run, ` +
  `files: $files}) { uploadHeaders files { name uploadUrl } } }`;

/** The requests to one server. Each throws RefusedError or UnavailableError. */
export class WandbApi {
  constructor(readonly server: WandbServer, readonly signal: AbortSignal) {}

  /** Opens a run, possibly again, and returns its location. */
  async openRun(
    { id, project, entity, name, group, tags, notes = null, config }: WandbRun,
  ): Promise<WandbPlace> {
    const { upsertBucket } = await this.graphql(UPSERT, {
      name: id,
      project,
      entity,
      groupName: group,
      displayName: name,
      config: JSON.stringify(config),
      tags,
      notes,
    }) as { upsertBucket: { bucket: { project: { name: string; entity: { name: string } } } } };
    const { name: found, entity: owner } = upsertBucket.bucket.project;
    return { entity: owner.name, project: found, id };
  }

  /** Uploads files of a run by name. */
  async upload(place: WandbPlace, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
    if (files.size === 0) return;
    const { createRunFiles } = await this.graphql(CREATE_FILES, {
      entity: place.entity,
      project: place.project,
      run: place.id,
      files: [...files.keys()],
    }) as {
      createRunFiles: { uploadHeaders: string[] | null; files: { name: string; uploadUrl: string }[] };
    };
    for (const { name, uploadUrl } of createRunFiles.files) {
      await this.put({ uploadUrl, uploadHeaders: createRunFiles.uploadHeaders }, files.get(name)!);
    }
  }

  /** Uploads one file to the given target. */
  async put({ uploadUrl, uploadHeaders }: Partial<UploadTarget>, bytes: Uint8Array): Promise<void> {
    if (!uploadUrl) throw new UnavailableError("the server's response has no upload address");
    const headers = new Headers();
    for (const header of uploadHeaders ?? []) {
      const colon = header.indexOf(":");
      headers.set(header.slice(0, colon), header.slice(colon + 1).trim());
    }
    const url = new URL(uploadUrl, this.server.baseUrl).href;
    const body = bytes as Uint8Array<ArrayBuffer>;
    await this.#request(url, { method: "PUT", headers, body }, 1000 * bytes.length / SLOWEST);
  }

  /** Sends lines of files, or just a heartbeat. */
  async stream({ entity, project, id }: WandbPlace, request: StreamRequest): Promise<void> {
    const path = ["files", entity, project, id, "file_stream"].map(encodeURIComponent).join("/");
    await this.#post(`${this.server.baseUrl}/${path}`, { dropped: 0, ...request });
  }

  /** Sends a GraphQL query and returns the data of the response. */
  async graphql(query: string, variables: object): Promise<unknown> {
    const text = await this.#post(`${this.server.baseUrl}/graphql`, { query, variables });
    const { data, errors } = parse(text) as { data?: unknown; errors?: { message: string }[] };
    if (errors?.length) throw new RefusedError(errors.map(({ message }) => message).join("; "));
    if (!data) throw new UnavailableError("the server's response is not GraphQL");
    return data;
  }

  #post(url: string, body: object): Promise<string> {
    const headers = {
      "authorization": `Basic ${btoa(`api:${this.server.apiKey}`)}`,
      "content-type": "application/json",
      "user-agent": "wgrad",
    };
    return this.#request(url, { method: "POST", headers, body: JSON.stringify(body) });
  }

  async #request(url: string, init: RequestInit, moreMs = 0): Promise<string> {
    const timeoutMs = (this.server.timeoutMs ?? 30_000) + moreMs;
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(), timeoutMs);
    try {
      const signal = AbortSignal.any([this.signal, timeout.signal]);
      const response = await fetch(url, { ...init, signal });
      const text = await response.text();
      if (response.ok) return text;
      const fault = `the server responded with ${response.status}`;
      if (REFUSALS.includes(response.status)) throw new RefusedError(`${fault}: ${text.slice(0, 200)}`);
      throw new UnavailableError(fault, 1000 * (Number(response.headers.get("retry-after")) || 0));
    } catch (error) {
      if (error instanceof RefusedError || error instanceof UnavailableError) throw error;
      const { name, message } = error as Error;
      // Deno's error for a host that the task may not reach.
      if (name === "NotCapable") throw new RefusedError(`${message}; add the host to the task in deno.json`);
      throw new UnavailableError(
        timeout.signal.aborted ? `no response within ${Math.round(timeoutMs / 1000)} s` : message,
      );
    } finally {
      clearTimeout(timer);
    }
  }
}

function parse(text: string): object {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
