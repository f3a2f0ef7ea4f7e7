/** The line on which commands come (src/contract/command.ts): opened again whenever it breaks, or is silent for too long. */
import { limits } from '../contract.js';
import { agentLimits } from '../limits.js';
import type { Log } from '../log.js';
import { Backoff } from '../uplink/backoff.js';
import type { ApiClient, Stream } from '../uplink/http.js';
import { pause } from '../uplink/pause.js';
import { SseParser, type Message } from './sse.js';

export interface CommandStreamOptions {
  readonly http: Pick<ApiClient, 'openStream'>;
  readonly credential: string;
  readonly log: Log;
  readonly onMessage: (message: Message) => void;
  /** An audit's: see src/contract/audit.ts. Events of any other name are left alone: a newer server may have them. */
  readonly onQuestion: (message: Message) => void;
  /** `date`: the server's clock. */
  readonly onOpen: (date: string | undefined) => void;
}

export class CommandStream {
  readonly #options: CommandStreamOptions;
  readonly #backoff = new Backoff();
  readonly #end = new AbortController();
  #lastTrouble = '';
  #finished: Promise<void> | undefined;

  constructor(options: CommandStreamOptions) {
    this.#options = options;
  }

  start(): void {
    this.#finished = this.#run();
  }

  async stop(): Promise<void> {
    this.#end.abort();
    await this.#finished;
  }

  async #run(): Promise<void> {
    const { signal } = this.#end;
    while (!signal.aborted) {
      const delayMs = await this.#once();
      if (!signal.aborted) await pause(delayMs, signal);
    }
  }

  /** Milliseconds to wait before the next attempt. */
  async #once(): Promise<number> {
    const { http, credential, onOpen, log } = this.#options;
    const stream = await http.openStream('/v1/commands', credential, this.#end.signal);
    if (stream.status === 'lost') return this.#later(stream.reason, this.#backoff.nextDelayMs());
    if (stream.status !== 200) return this.#refused(stream);
    onOpen(stream.date);
    if (this.#lastTrouble !== '') log.info('Commands can come again.');
    this.#lastTrouble = '';
    const openedAt = performance.now();
    const reason = await this.#read(stream);
    // One that breaks at once is no reason to hurry.
    if (performance.now() - openedAt >= limits.commandHeartbeatMs) this.#backoff.reset();
    log.debug('The command stream has ended.', { reason });
    return this.#backoff.nextDelayMs();
  }

  #refused({ status, body, retryAfterMs }: Stream): number {
    body.destroy();
    const reason = `status ${status}`;
    if (status === 401 || status === 403) return this.#later(reason, agentLimits.unauthorizedRetryMs);
    if (status >= 400 && status < 500 && status !== 408 && status !== 429)
      return this.#later(reason, agentLimits.commandsRefusedRetryMs);
    return this.#later(reason, this.#backoff.nextDelayMs(retryAfterMs));
  }

  /** Why it ended. */
  #read({ body }: Stream): Promise<string> {
    const parser = new SseParser(agentLimits.commandMessageCharactersMax);
    return new Promise((resolve) => {
      let reason = 'the server closed it';
      const end = (why: string) => {
        reason = why;
        body.destroy();
      };
      const silence = setTimeout(
        () => end('it was silent'),
        limits.commandHeartbeatMs * agentLimits.commandHeartbeatsMissed,
      );
      body.on('data', (chunk: Buffer) => {
        silence.refresh();
        const messages = parser.push(chunk);
        if (messages === undefined) return end('a message is longer than any command');
        for (const message of messages) {
          if (message.event === 'command') this.#options.onMessage(message);
          else if (message.event === 'question') this.#options.onQuestion(message);
        }
      });
      body.once('close', () => {
        clearTimeout(silence);
        resolve(reason);
      });
    });
  }

  /** Says the same trouble once, not on every attempt. */
  #later(reason: string, delayMs: number): number {
    if (reason !== this.#lastTrouble && !this.#end.signal.aborted)
      this.#options.log.warn('Commands cannot be received; the API is asked again later.', { reason });
    this.#lastTrouble = reason;
    return delayMs;
  }
}
