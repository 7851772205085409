/** Makes the page work without its server, where it has been built for that. */
export function installOffline(): void {
  const worker = document.querySelector<HTMLMetaElement>("meta[name=wgrad-offline]")?.content;
  if (!worker || !("serviceWorker" in navigator)) return;
  void navigator.serviceWorker.register(worker).catch(() => {}); // a host without https has none
}
