/**
 * Takes questions off the command stream and answers them, one at a time. Each once; so many an hour, and what comes beyond that is
 * refused, not left open. An answer is brought until the server has it, or until the question's time is over.
 */
import type { Answer, Question } from '../contract.js';
import { agentLimits } from '../limits.js';
import type { Log } from '../log.js';
import { Backoff } from '../uplink/backoff.js';
import type { HttpClient } from '../uplink/http.js';
import { pause } from '../uplink/pause.js';
import { readProblem } from '../uplink/replies.js';
import { parseQuestion } from './parse-question.js';

export interface AuditorOptions {
  readonly http: Pick<HttpClient, 'post'>;
  readonly credential: string;
  readonly bootId: string;
  readonly log: Log;
  readonly answer: (question: Question, signal: AbortSignal) => Promise<Answer>;
}

interface Waiting {
  readonly question: Question;
  readonly untilMs: number;
}

const hourMs = 3_600_000;

export class Auditor {
  readonly #options: AuditorOptions;
  readonly #end = new AbortController();
  readonly #waiting: Waiting[] = [];
  readonly #seen = new Set<string>();
  /** When questions were taken within the last hour. */
  #takenAtMs: number[] = [];
  #working: Promise<void> | undefined;

  constructor(options: AuditorOptions) {
    this.#options = options;
  }

  take(data: string, id: string | undefined): void {
    const question = parseQuestion(data);
    if (question === undefined) {
      this.#options.log.warn('A question of the server is not understood.', { question: id });
      const why = 'The agent does not understand the question: it is older than the server.';
      if (id !== undefined && this.#isNew(id)) void this.#refuse(id, 'audit/not-understood', why);
      return;
    }
    if (!this.#isNew(question.id)) return;
    const nowMs = performance.now();
    this.#takenAtMs = this.#takenAtMs.filter((atMs) => nowMs - atMs < hourMs);
    const isTooMany =
      this.#takenAtMs.length >= agentLimits.auditQuestionsPerHourMax ||
      this.#waiting.length >= agentLimits.auditQuestionsWaitingMax;
    if (isTooMany) return void this.#refuse(question.id, 'audit/too-many', 'This host is asked more than it answers.');
    this.#takenAtMs.push(nowMs);
    this.#waiting.push({ question, untilMs: nowMs + question.expiresInSeconds * 1_000 });
    this.#working ??= this.#work().finally(() => (this.#working = undefined));
  }

  async stop(): Promise<void> {
    this.#end.abort();
    await this.#working;
  }

  /** Never rejects. */
  async #work(): Promise<void> {
    const { signal } = this.#end;
    for (let next = this.#waiting.shift(); next !== undefined && !signal.aborted; next = this.#waiting.shift()) {
      if (performance.now() >= next.untilMs) continue;
      const { question, untilMs } = next;
      const answer = await this.#answerTo(question);
      if (answer !== undefined) await this.#bring(answer, untilMs);
    }
  }

  /** Undefined: the agent ends. */
  async #answerTo(question: Question): Promise<Answer | undefined> {
    const { log, answer } = this.#options;
    try {
      const answered = await answer(question, this.#end.signal);
      const { processes, durationMs, findings } = answered;
      log.info('A question was answered.', { question: question.id, processes, findings: findings.length, durationMs });
      return answered;
    } catch (error) {
      if (this.#end.signal.aborted) return undefined;
      log.error('A question could not be answered.', { question: question.id, reason: String(error) });
      return this.#refusal(question.id, 'audit/failed', 'The agent failed in the middle of it; its log says how.');
    }
  }

  async #bring(answer: Answer, untilMs: number): Promise<void> {
    const { http, credential, log } = this.#options;
    const { signal } = this.#end;
    const body = JSON.stringify(answer);
    const backoff = new Backoff();
    while (!signal.aborted && performance.now() < untilMs) {
      const exchange = await http.post('/v1/answers', credential, body);
      if (exchange.status === 'lost') {
        await pause(backoff.nextDelayMs(), signal);
        continue;
      }
      const { status, retryAfterMs } = exchange;
      if (status >= 200 && status < 300) return;
      const mayWork = status >= 500 || [401, 403, 408, 429].includes(status);
      if (!mayWork) {
        log.debug('An answer is not taken.', {
          question: answer.question,
          status,
          code: readProblem(exchange.body)?.code,
        });
        return;
      }
      await pause(backoff.nextDelayMs(retryAfterMs), signal);
    }
  }

  #refuse(id: string, code: string, detail: string): Promise<void> {
    return this.#bring(this.#refusal(id, code, detail), performance.now() + agentLimits.retryAfterMaxMs);
  }

  #refusal(question: string, code: string, detail: string): Answer {
    const { bootId } = this.#options;
    const nothing = { processes: 0, durationMs: 0, findings: [], cut: [], skipped: [] };
    return { version: 1, question, bootId, refusal: { code, detail }, ...nothing };
  }

  #isNew(id: string): boolean {
    if (this.#seen.has(id)) return false;
    this.#seen.add(id);
    const [oldest] = this.#seen;
    if (this.#seen.size > agentLimits.auditQuestionsKeptMax && oldest !== undefined) this.#seen.delete(oldest);
    return true;
  }
}
