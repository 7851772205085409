/** A server that speaks as much of Weights & Biases as the logger needs, stores what it gets, and fails on demand. */
import { assert, assertEquals } from "@std/assert";
import { Artifacts } from "./wandb_artifacts.ts";

/** What a server does with a request beside taking it. */
export type Fault = "none" | "500" | "429" | "slow" | "hang" | "drop" | "500 after" | "hang after";

interface StreamBody {
  readonly files?: Record<string, { offset: number; content: string[] }>;
  readonly uploaded?: string[];
  readonly complete?: boolean;
  readonly exitcode?: number;
}

/** The server and what it has. */
export class WandbServer implements AsyncDisposable {
  readonly history: string[] = [];
  readonly uploads = new Map<string, Uint8Array>();
  readonly exits: number[] = [];
  readonly artifacts = new Artifacts(() => this.url);
  /** Why a query is answered by an error of GraphQL's. */
  refuses: (query: string) => string | undefined = () => undefined;
  summary: Record<string, unknown> = {};
  run: Record<string, unknown> = {};
  requests = 0;
  heartbeats = 0;
  /** Lines that came more than once, as an answer was lost. */
  repeated = 0;
  readonly #stop = new AbortController();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  /** @param fault what to do with a request */
  constructor(public fault: (request: Request) => Fault = () => "none") {
    const options = { port: 0, hostname: "127.0.0.1", signal: this.#stop.signal, onListen: () => {} };
    this.#server = Deno.serve(
      { ...options, onError: () => new Response(null, { status: 500 }) },
      (request) => this.#answer(request),
    );
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  async #answer(request: Request): Promise<Response> {
    this.requests++;
    const fault = this.fault(request);
    if (fault === "slow") await new Promise((resolve) => setTimeout(resolve, 100));
    if (fault === "500") return failure(request, 500);
    if (fault === "429") return failure(request, 429);
    if (fault === "drop") throw new TypeError("dropped");
    if (fault === "hang") return await this.#hang(request);
    const answer = await this.#take(request);
    if (fault === "500 after") return new Response("lost", { status: 500 });
    if (fault === "hang after") return await this.#hang(request);
    return answer;
  }

  async #hang(request: Request): Promise<Response> {
    await new Promise((resolve) => {
      request.signal.addEventListener("abort", resolve);
      this.#stop.signal.addEventListener("abort", resolve);
    });
    return new Response();
  }

  async #take(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (request.method === "PUT") {
      assertEquals(request.headers.get("x-test"), "a:b");
      const name = decodeURIComponent(pathname.slice("/upload/".length)), bytes = await request.bytes();
      const [, id, what] = /^artifact (\S+) (\S+)$/.exec(name) ?? [];
      if (id) this.artifacts.put(id, what, bytes);
      else this.uploads.set(name, bytes);
      return new Response();
    }
    if (request.headers.get("authorization") !== `Basic ${btoa("api:secret")}`) return failure(request, 401);
    const body = await request.json();
    const refusal = pathname === "/graphql" ? this.refuses(body.query) : undefined;
    if (refusal !== undefined) return Response.json({ data: null, errors: [{ message: refusal }] });
    if (pathname === "/graphql") return Response.json({ data: this.#graphql(body) });
    assertEquals(pathname, `/files/me/classifier-training/${this.run.name}/file_stream`);
    this.#stream(body);
    return Response.json({});
  }

  #graphql({ query, variables }: { query: string; variables: Record<string, unknown> }) {
    if (query.includes("upsertBucket")) {
      this.run = variables;
      const project = { name: variables.project, entity: { name: "me" } };
      return { upsertBucket: { bucket: { id: "x", name: variables.name, project }, inserted: true } };
    }
    if (query.includes("Artifact")) return this.artifacts.graphql(query, variables);
    assertEquals([variables.entity, variables.project, variables.run], [
      "me",
      "classifier-training",
      this.run.name,
    ]);
    const files = (variables.files as string[]).map((name) => ({
      name,
      uploadUrl: `${this.url}/upload/${encodeURIComponent(name)}`,
    }));
    return { createRunFiles: { uploadHeaders: ["x-test: a:b"], files } };
  }

  #stream({ files, uploaded, complete, exitcode }: StreamBody): void {
    for (const name of uploaded ?? []) assert(this.uploads.has(name), `${name} was not uploaded`);
    if (complete) this.exits.push(exitcode!);
    if (!complete && !files) this.heartbeats++;
    if (!files) return;
    const { offset, content } = files["wandb-history.jsonl"];
    assert(offset <= this.history.length, "lines are missing");
    content.forEach((line, i) => {
      if (this.history[offset + i] !== undefined) this.repeated++;
      this.history[offset + i] = line;
    });
    this.summary = JSON.parse(files["wandb-summary.json"].content[0]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#server.finished;
  }
}

async function failure(request: Request, status: number): Promise<Response> {
  await request.body?.cancel();
  return new Response("no", { status, headers: status === 429 ? { "retry-after": "0.01" } : {} });
}
