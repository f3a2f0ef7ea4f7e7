/** Brings reports to the API, in their order, each until it is acknowledged. What must survive our end is in the journal. */
import type { Report } from '../contract.js';
import { agentLimits } from '../limits.js';
import type { Log } from '../log.js';
import { Backoff } from '../uplink/backoff.js';
import type { Exchange, HttpClient } from '../uplink/http.js';
import { pause } from '../uplink/pause.js';
import { readProblem } from '../uplink/replies.js';

export interface ReportsOptions {
  readonly http: Pick<HttpClient, 'post'>;
  readonly credential: string;
  readonly log: Log;
  /** The server has it, or will never take it. */
  readonly onTold: (report: Report) => void;
}

/** So often in a row the same one may fail at the server before the others go first. */
const triesInRow = 5;

export class Reports {
  readonly #options: ReportsOptions;
  readonly #backoff = new Backoff();
  readonly #end = new AbortController();
  readonly #ended = new Promise<undefined>((resolve) => {
    this.#end.signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  readonly #waiting: Report[] = [];
  #sending: Promise<void> | undefined;
  #tries = 0;
  #lastTrouble = '';

  constructor(options: ReportsOptions) {
    this.#options = options;
  }

  push(report: Report): void {
    // A refused command comes again; how one ended is in the journal.
    if (this.#waiting.length >= agentLimits.reportsWaitingMax && report.state !== 'SUCCEEDED') return;
    this.#waiting.push(report);
    this.#sending ??= this.#send().finally(() => (this.#sending = undefined));
  }

  /** Goes on for at most `timeoutMs`. */
  async stop(timeoutMs: number): Promise<void> {
    const late = setTimeout(() => this.#end.abort(), timeoutMs);
    await this.#sending;
    clearTimeout(late);
    this.#end.abort();
  }

  async #send(): Promise<void> {
    const { http, credential } = this.#options;
    for (let report = this.#waiting[0]; report !== undefined && !this.#end.signal.aborted; report = this.#waiting[0]) {
      const posted = http.post('/v1/reports', credential, JSON.stringify(report));
      const exchange = await Promise.race([posted, this.#ended]);
      if (exchange === undefined) return;
      const delayMs = this.#take(exchange, report);
      if (delayMs > 0) await pause(delayMs, this.#end.signal);
    }
  }

  /** Milliseconds to wait before the next attempt. */
  #take(exchange: Exchange, report: Report): number {
    if (exchange.status === 'lost') return this.#later(exchange.reason);
    const { status, body, retryAfterMs } = exchange;
    const problem = readProblem(body);
    const reason = problem ? `${status} ${problem.code}: ${problem.detail}` : `status ${status}`;
    if (status === 401 || status === 403) {
      this.#later(reason);
      return agentLimits.unauthorizedRetryMs;
    }
    const isTaken = status >= 200 && status < 300;
    const isRefused = status >= 400 && status < 500 && status !== 408 && status !== 429;
    if (!isTaken && !isRefused) {
      this.#tries += 1;
      if (this.#tries % triesInRow === 0) this.#letOthersGoFirst(report);
      return this.#later(reason, retryAfterMs);
    }
    const { command, state } = report;
    if (isRefused) this.#options.log.error('The API does not take a report of a command.', { command, state, reason });
    this.#waiting.shift();
    this.#tries = 0;
    this.#lastTrouble = '';
    this.#backoff.reset();
    this.#options.onTold(report);
    return 0;
  }

  #later(reason: string, retryAfterMs?: number): number {
    if (reason !== this.#lastTrouble)
      this.#options.log.warn('What became of a command cannot be told; it is tried again.', { reason });
    this.#lastTrouble = reason;
    return this.#backoff.nextDelayMs(retryAfterMs);
  }

  /** Those of one command stay in their order. */
  #letOthersGoFirst({ command }: Report): void {
    const own = this.#waiting.filter((report) => report.command === command);
    const others = this.#waiting.filter((report) => report.command !== command);
    this.#waiting.splice(0, this.#waiting.length, ...others, ...own);
  }
}
