/** Keeps what the next agent has to know of this instance (state/trace-lives.ts), turn by turn. */
import { LivesFile, type KeptTrace } from '../state/trace-lives.js';
import { keptOf, type TracedLives } from '../track/trace/lives.js';

export class TraceMemory {
  readonly #file: LivesFile;
  readonly #lives: TracedLives;
  readonly kept: KeptTrace;
  #told: object = {};

  constructor(file: LivesFile, lives: TracedLives) {
    this.#file = file;
    this.#lives = lives;
    this.kept = file.load();
    lives.restore(this.kept.lives);
  }

  /** Before a turn's events are spooled: whoever they name has this name for the next agent too. */
  keep(): void {
    const { began, ended } = this.#lives.takeChanges();
    if (began.length === 0 && ended.length === 0) return;
    if (!this.#file.append({ began, ended })) this.#rewrite();
  }

  /** Afterwards: so much of the instance is told. */
  told(instance: string, read: number, at: bigint): void {
    this.#told = { instance, read, at };
    if (!this.#file.append(this.#told)) this.#rewrite();
  }

  #rewrite(): void {
    this.#file.rewrite(this.#lives.living().map(keptOf), this.#told);
  }
}
