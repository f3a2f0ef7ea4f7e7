/** A step of the preparation, said when it begins, while it takes long, and with its time when it took long. */

const everyMs = 10_000;
const worthTellingMs = 1_000;

/** @param {string} what @param {(line: string) => void} log */
export function createProgress(what, log) {
  const startedAt = performance.now();
  const elapsed = () => `${Math.round((performance.now() - startedAt) / 100) / 10} s`;
  log(`${what} …`);
  const timer = setInterval(() => log(`${what} … ${elapsed()}`), everyMs);
  return {
    done() {
      clearInterval(timer);
      if (performance.now() - startedAt > worthTellingMs) log(`${what}: done in ${elapsed()}`);
    },
    cancel: () => clearInterval(timer),
  };
}
