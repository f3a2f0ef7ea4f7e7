/** How an action ended, and what was done on the way. */
import { cutText } from '../bytes/text.js';
import { limits, type Observations, type Report, type Step } from '../contract.js';

export interface Outcome {
  readonly state: 'SUCCEEDED' | 'FAILED';
  readonly code?: string;
  readonly detail: string;
  readonly after: Observations;
  readonly actors: Report['actors'];
}

/** Something that can be done now, and holds on to whom it is about. */
export interface Prepared {
  readonly before: Observations;
  act(): Promise<Outcome>;
  close(): void;
}

export class Steps {
  readonly list: Step[] = [];
  readonly #bootNanoseconds: () => bigint;

  constructor(bootNanoseconds: () => bigint) {
    this.#bootNanoseconds = bootNanoseconds;
  }

  add(text: string, ok: boolean): void {
    if (this.list.length >= stepsMax) return;
    this.list.push({ at: this.#bootNanoseconds().toString(), text: cutText(text, limits.stepCharactersMax), ok });
  }
}

/** Of src/contract/command.ts. */
const stepsMax = 64;
