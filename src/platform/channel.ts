/** A bounded queue with one consumer, as an async iterator. */
export class Channel<T> implements AsyncIterableIterator<T> {
  private readonly waiting: T[] = [];
  private consumer: { resolve(result: IteratorResult<T>): void; reject(error: Error): void } | null = null;
  private ended = false;
  private failure: Error | null = null;

  constructor(
    private readonly waitingMax: number,
    private readonly onEnd: () => void,
  ) {}

  /** @returns false when it did not fit; nothing was queued then. */
  push(value: T): boolean {
    if (this.ended) return true;
    if (this.consumer) {
      this.consumer.resolve({ value, done: false });
      this.consumer = null;
      return true;
    }
    if (this.waiting.length >= this.waitingMax) return false;
    this.waiting.push(value);
    return true;
  }

  /** The consumer gets what waits, then the error. */
  fail(error: Error): void {
    if (this.ended) return;
    this.failure = error;
    this.end();
  }

  async next(): Promise<IteratorResult<T>> {
    const value = this.waiting.shift();
    if (value !== undefined) return { value, done: false };
    if (this.failure) {
      const { failure } = this;
      this.failure = null;
      throw failure;
    }
    if (this.ended) return { value: undefined, done: true };
    return new Promise((resolve, reject) => (this.consumer = { resolve, reject }));
  }

  async return(): Promise<IteratorResult<T>> {
    this.waiting.length = 0;
    this.end();
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private end(): void {
    if (this.ended) return;
    this.ended = true;
    if (this.consumer && this.failure) {
      this.consumer.reject(this.failure);
      this.failure = null;
    } else {
      this.consumer?.resolve({ value: undefined, done: true });
    }
    this.consumer = null;
    this.onEnd();
  }
}
