/** What outlives the tab: decisions by dataset, in the browser's own database. */

const STORE = "decided";

let database: Promise<IDBDatabase> | undefined;

/** The database, opened once, so that values are kept in the order in which they come. */
function opened(): Promise<IDBDatabase> {
  return database ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("wgrad", 2);
    request.onupgradeneeded = () => {
      for (const earlier of request.result.objectStoreNames) request.result.deleteObjectStore(earlier);
      request.result.createObjectStore(STORE);
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** What was kept under a key, or undefined. */
export async function kept<Value>(key: string): Promise<Value | undefined> {
  const store = (await opened()).transaction(STORE).objectStore(STORE);
  return await new Promise((resolve, reject) => {
    const request = store.get(key);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Keeps a value under a key. */
export async function keep(key: string, value: unknown): Promise<void> {
  const transaction = (await opened()).transaction(STORE, "readwrite");
  transaction.objectStore(STORE).put(value, key);
  await new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = () => reject(transaction.error);
  });
}
