/** Resolves in the next task, so that what is done before and after it does not hold up its thread as one. */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
