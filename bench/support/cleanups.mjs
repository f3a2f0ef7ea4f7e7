/** What has to be put back, in the opposite order, whichever way the bench ends. */
export class Cleanups {
  /** @type {(() => unknown)[]} */
  #steps = [];

  /** @param {() => unknown} step may be async; called once */
  defer(step) {
    this.#steps.push(step);
  }

  async run() {
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        await step();
      } catch (error) {
        console.error(`bench: could not put everything back: ${String(error)}`);
      }
    }
  }
}
