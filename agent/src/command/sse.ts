/**
 * Server-sent events (WHATWG HTML, 9.2.6), as far as commands need them: `event`, `data` and `id`, comments as signs of life.
 * Bounded: a message that is longer than any command ends the stream.
 */
import { StringDecoder } from 'node:string_decoder';

export interface Message {
  readonly event: string;
  readonly data: string;
  readonly id: string | undefined;
}

export class SseParser {
  readonly #decoder = new StringDecoder('utf8');
  readonly #charactersMax: number;
  #rest = '';
  #characters = 0;
  #afterReturn = false;
  #event = '';
  #id: string | undefined;
  #data: string[] = [];

  constructor(charactersMax: number) {
    this.#charactersMax = charactersMax;
  }

  /** Whole messages, in their order; undefined once one is too long: nothing after it can be trusted. */
  push(chunk: Uint8Array): readonly Message[] | undefined {
    const messages: Message[] = [];
    let text = this.#decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    // CR LF may be torn apart.
    const endsInReturn = text === '' ? this.#afterReturn : text.endsWith('\r');
    if (this.#afterReturn && text.startsWith('\n')) text = text.slice(1);
    this.#afterReturn = endsInReturn;
    const lines = text.split(/\r\n|\r|\n/);
    lines[0] = this.#rest + (lines[0] ?? '');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '') this.#dispatch(messages);
      else this.#take(line);
      if (this.#characters > this.#charactersMax) return undefined;
    }
    return this.#characters + this.#rest.length > this.#charactersMax ? undefined : messages;
  }

  #take(line: string): void {
    this.#characters += line.length;
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') this.#event = value;
    else if (field === 'data') this.#data.push(value);
    else if (field === 'id') this.#id = value;
    else if (field === '') this.#characters -= line.length;
  }

  #dispatch(messages: Message[]): void {
    if (this.#data.length > 0) messages.push({ event: this.#event, data: this.#data.join('\n'), id: this.#id });
    this.#event = '';
    this.#id = undefined;
    this.#data = [];
    this.#characters = 0;
  }
}
