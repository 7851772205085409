/** Keeps the page's own files, so that it opens without its server. The build puts the list of files in front. */
declare const PAGE: { readonly version: string; readonly files: readonly string[] };

/** What a service worker has beyond what a page has. */
interface Scope {
  skipWaiting(): Promise<void>;
  readonly clients: { claim(): Promise<void> };
  addEventListener(type: "install" | "activate" | "fetch", listener: (event: Event & Work) => void): void;
}
interface Work {
  readonly request: Request;
  waitUntil(work: Promise<unknown>): void;
  respondWith(response: Promise<Response>): void;
}

const scope = self as unknown as Scope;

scope.addEventListener("install", (event) => event.waitUntil(keep()));
scope.addEventListener("activate", (event) => event.waitUntil(forgetOthers()));
scope.addEventListener("fetch", (event) => {
  if (event.request.method === "GET") event.respondWith(answer(event.request));
});

async function keep(): Promise<void> {
  await (await caches.open(PAGE.version)).addAll([...PAGE.files]);
  await scope.skipWaiting();
}

async function forgetOthers(): Promise<void> {
  const old = (await caches.keys()).filter((name) => name !== PAGE.version && name.startsWith("wgrad-"));
  await Promise.all(old.map((name) => caches.delete(name)));
  await scope.clients.claim();
}

async function answer(request: Request): Promise<Response> {
  const kept = await caches.match(request, { ignoreSearch: true });
  return kept ?? await fetch(request);
}
