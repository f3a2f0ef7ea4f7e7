/** While one runs, however many more are asked for are one that follows it. */
export function coalesced(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const ask = (): Promise<void> => {
    if (running) {
      const again = () => {
        next = undefined;
        return ask();
      };
      return (next ??= running.then(again, again));
    }
    running = work().finally(() => (running = undefined));
    return running;
  };
  return ask;
}
